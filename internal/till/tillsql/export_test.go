package tillsql

// Queries are the reading statements that can meet many rows.
func Queries() map[string]string {
	return map[string]string{
		"command": commandQuery, "events": eventsQuery,
		"sales of a session": salesOfSession, "attempts of a session": attemptsOfSession, "payments of a session": paymentsOfSession,
		"refunds of a session": refundsOfSession, "sessions": sessionsQuery, "unresolved": unresolvedQuery, "due attempts": dueAttempts,
		"due refunds": dueRefunds, "payments": paymentsQuery, "entries": entriesQuery, "balances": balancesQuery, "rows": rowsQuery,
		"sales of days": salesOfDays, "search": searchQuery, "live of a session": `SELECT id FROM till_attempt` + ofSession,
	}
}

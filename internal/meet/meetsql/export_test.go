package meetsql

// Queries are the reading statements that can meet many rows.
func Queries() map[string]string {
	return map[string]string{
		"Of": ofQuery, "Lingering": lingeringQuery, "Participants": participantsQuery, "Stays": staysQuery, "Since": sinceQuery,
	}
}

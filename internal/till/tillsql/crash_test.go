package tillsql_test

const crashEnv = "TILLSQL_WRITE_UNTIL_KILLED"

func crashChild(string) {}

package tilltest

func raceCases() []storeCase    { return nil }
func commandCases() []storeCase { return nil }

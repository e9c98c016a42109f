package tilltest

import (
	"testing"

	"yakusho/internal/till"
)

func testAnyOrder(t *testing.T, s till.Store) {}

#!/bin/sh
# Runs every fuzz target of some packages for a while, one after another, and prints how often each ran:
# fuzz.sh 20s ./internal/till/...
set -eu
time=$1; shift
mkdir -p out
passed=0; failed=0
# Minimising what was found costs more than it tells here: make fuzz does it.
fuzz() {
	go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" -fuzzminimizetime 5x -parallel 2 "$pkg" >out/fuzz.log 2>&1
}
for pkg in $(go list "$@"); do
	listed=$(go test -list '^Fuzz' "$pkg")
	for name in $(echo "$listed" | grep '^Fuzz' || true); do
		# A busy machine can end a run in the fuzzer's own deadline, without any input that fails: that one is run again.
		if fuzz || { ! grep -q 'Failing input' out/fuzz.log && grep -q 'context deadline exceeded' out/fuzz.log && fuzz; }; then
			passed=$((passed + 1))
		else
			failed=$((failed + 1)); cat out/fuzz.log
		fi
		runs=$(sed -n "s/^fuzz: elapsed.*execs: \([0-9]*\).*/\1/p" out/fuzz.log | tail -1)
		echo "$pkg $name: ${runs:-0} runs"
	done
done
echo "fuzz: $passed passed, $failed failed, 0 skipped" | tee out/fuzz.count
[ "$passed" -gt 0 ] && [ "$failed" -eq 0 ]

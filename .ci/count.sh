#!/bin/sh
# Prints the plain counts of one runner and keeps them: count.sh NAME REPORT.json
set -eu
node - "$1" "$2" <<'JS' | tee "out/$1.count"
const [name, file] = process.argv.slice(2);
const text = require('fs').readFileSync(file, 'utf8');
const n = { pass: 0, fail: 0, skip: 0 };
if (name === 'web') {
  const r = JSON.parse(text);
  n.pass = r.numPassedTests; n.fail = r.numFailedTests; n.skip = r.numPendingTests;
} else if (name === 'browser') {
  Object.assign(n, JSON.parse(text));
} else {
  for (const line of text.split('\n')) {
    if (!line.startsWith('{')) continue;
    const e = JSON.parse(line);
    if (e.Test && e.Action in n) n[e.Action]++;
  }
}
console.log(`${name}: ${n.pass} passed, ${n.fail} failed, ${n.skip} skipped`);
JS

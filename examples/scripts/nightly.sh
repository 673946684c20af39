#!/bin/sh
# The tickets of a file, every night. In a crontab: 0 22 * * 1-5  /path/to/nightly.sh /path/to/tickets.jsonl /path/to/out
# Further words are options of `pareback batch`.
#
# The same folder goes on where the last night stopped: what has an outcome is left alone, new lines are begun. Two
# nights never overlap: the second batch finds the folder taken and leaves with 75. Keys come from the environment.
set -u
tickets=$1
out=$2
shift 2
mkdir -p "$out"
pareback batch "$tickets" --out "$out" --json --batch-max-cost-usd "${NIGHT_USD:-20}" --branch pareback/nightly "$@" \
    >"$out/night.json" 2>>"$out/night.log"
code=$?
case $code in
0 | 1) ;;                                  # every ticket has its outcome; the summary says which
75) echo "pareback: the last night is still going on" >&2 ;;
*) echo "pareback: batch ended with $code, see $out/night.log" >&2 ;; # cron mails what is printed
esac
exit "$code"

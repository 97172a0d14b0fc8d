#!/bin/sh
# Stands in for Pulumi's CLI in tests of the fleet: writes into the file `journal` beside it what is begun, ended and interrupted.
# A stack is there when the file `<stack>.there` is; up fails with `<stack>.fails`, and takes until an interrupt with `<stack>.hangs`,
# and goes on after that as long as `<stack>.held` is there.
here=$(dirname "$0")
stack=""
for word; do
  if [ "$before" = --stack ]; then stack=$word; fi
  before=$word
done
note() { echo "$*" >> "$here/journal"; }
refuse() {
  note fail "$stack"
  echo "error: $stack is refused" >&2
  exit 1
}
case "$1 $2" in
  version*) echo v3.248.0 ;;
  up*)
    trap 'note interrupt "$stack"; while [ -e "$here/$stack.held" ]; do sleep 0.1; done; refuse' INT
    note begin "$stack"
    sleep 0.3
    while [ -e "$here/$stack.hangs" ]; do sleep 0.1; done
    if [ -e "$here/$stack.fails" ]; then refuse; fi
    note end "$stack"
    printf 'Resources:\n    + 3 created\n\nDuration: 1s\n'
    ;;
  "stack --show-name")
    if [ ! -e "$here/$stack.there" ]; then
      echo "error: no stack named '$stack' found" >&2
      exit 255
    fi
    ;;
  "stack select") note select "$stack" ;;
  "stack init")
    note "$4" "$3"
    : > "$here/$3.there"
    ;;
  "stack export") echo '{"version":3,"deployment":{}}' ;;
  "stack output") echo '{}' ;;
  "stack history") echo '[{"kind":"update","resourceChanges":{"create":3}}]' ;;
esac

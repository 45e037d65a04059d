#!/usr/bin/env bash
# Installs what tests/editors/test_code_oss.py needs into one cache folder: Code-OSS (the server half, which serves the
# whole workbench to a browser) and playwright-core. Run it as often as you like: a finished install is left alone.
#
#   tests/editors/install_code_oss.sh            into $KIBITZ_CODE_OSS, else ~/.cache/kibitz-tests/code-oss
#
# Needs Node 20 with npm. The browser (chromium) and ripgrep come from the system's packages:
#   apt-get install --no-install-recommends chromium fonts-dejavu-core ripgrep
set -euo pipefail

CODE_SERVER_VERSION=4.100.3   # carries Code-OSS 1.100.3, the last release line for Node 20
PLAYWRIGHT_VERSION=1.65.1
STAMP="code-server $CODE_SERVER_VERSION, playwright-core $PLAYWRIGHT_VERSION"

dir=${KIBITZ_CODE_OSS:-${XDG_CACHE_HOME:-$HOME/.cache}/kibitz-tests/code-oss}
mkdir -p "$dir"
cd "$dir"

if [ "$(cat installed 2>/dev/null || true)" = "$STAMP" ]; then
    echo "already installed: $STAMP in $dir"
    exit 0
fi

major=$(node --version | sed -E 's/^v([0-9]+).*/\1/')
if [ "$major" != 20 ]; then
    echo "Code-OSS 1.100 runs on Node 20; this is $(node --version)" >&2
    exit 2
fi

export CI=1 npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false
rm -f installed
[ -f package.json ] || echo '{"name": "kibitz-editor-tests", "private": true}' > package.json

# --ignore-scripts: the post-install steps download prebuilt binaries and compile native modules. Both are only for
# the terminal, the log files and the search, none of which a test uses.
npm install --ignore-scripts --save-exact \
    "code-server@$CODE_SERVER_VERSION" "playwright-core@$PLAYWRIGHT_VERSION"

# the versions below come from the shrinkwrap files inside the package
vscode=node_modules/code-server/lib/vscode
(cd "$vscode" && npm install --ignore-scripts --omit=dev)
(cd "$vscode/extensions" && npm install --ignore-scripts --omit=dev)

if rg=$(command -v rg) && [ -d "$vscode/node_modules/@vscode/ripgrep" ]; then
    mkdir -p "$vscode/node_modules/@vscode/ripgrep/bin"
    ln -sf "$rg" "$vscode/node_modules/@vscode/ripgrep/bin/rg"
fi

echo "$STAMP" > installed
echo "installed: $STAMP in $dir"

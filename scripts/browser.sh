#!/bin/sh
# Install Debian's chromium for the browser tests, where that is possible. They skip without it.
if command -v chromium >/dev/null || command -v chromium-browser >/dev/null; then
    exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "Installing chromium for the browser tests."
    if DEBIAN_FRONTEND=noninteractive sh -c 'apt-get update -qq && apt-get install -y -qq chromium' >/dev/null 2>&1; then
        exit 0
    fi
fi
echo "The browser tests will be skipped: there is no chromium. To run them: sudo apt install chromium"

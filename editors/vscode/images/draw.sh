#!/bin/sh
# Draws icon.png from icon.svg with a headless Chromium.
cd "$(dirname "$0")" || exit
exec chromium --headless --no-sandbox --hide-scrollbars --default-background-color=00000000 \
  --window-size=256,256 --screenshot="$PWD/icon.png" "file://$PWD/icon.svg"

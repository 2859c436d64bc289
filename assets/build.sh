#!/bin/sh
# Rebuilds the committed style sheets, fonts, scripts and drawings from their sources. Needs Node 20+ and uv.
set -eu
cd "$(dirname "$0")"
root=..
static=$root/src/collectief/web/static/collectief
brands=$root/src/collectief/brands

npm install --no-audit --no-fund --silent
modules=$PWD/node_modules

# One file of tokens per brand, from one colour each.
(cd themes && node "$modules/@digdir/designsystemet/dist/bin/designsystemet.js" tokens create --clean true \
  && node "$modules/@digdir/designsystemet/dist/bin/designsystemet.js" tokens build --clean true)
for css in themes/design-tokens-build/*.css; do
  slug=$(basename "$css" .css)
  if [ "$slug" = neutral ]; then cp "$css" "$static/neutral.css"; else cp "$css" "$brands/$slug/tokens.css"; fi
done
rm -rf themes/design-tokens themes/design-tokens-build

cp "$modules/@digdir/designsystemet-css/dist/src/index.css" "$static/vendor/designsystemet.css"
cp "$modules/@digdir/designsystemet-css/LICENSE" "$static/vendor/designsystemet.LICENSE.txt"
cp "$modules/htmx.org/dist/htmx.min.js" "$static/vendor/htmx.min.js"
cp "$modules/htmx.org/LICENSE" "$static/vendor/htmx.LICENSE.txt"
for weight in 400 600 700; do
  for subset in latin latin-ext; do
    cp "$modules/@fontsource/noto-sans/files/noto-sans-$subset-$weight-normal.woff2" "$static/fonts/"
  done
done
cp "$modules/@fontsource/noto-sans/LICENSE" "$static/fonts/OFL.txt"

(cd $root && uv run --no-project --with fonttools assets/wordmarks/draw.py "$modules/@fontsource/noto-sans/files")

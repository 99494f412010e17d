#!/bin/sh
# A cloud optimized GeoTIFF of about SIZE bytes: random bytes, and overviews of them. Usage: cog.sh SIZE FILE
set -eu
# overviews take a third on top
side=$(awk "BEGIN { print int(sqrt($1 * 3 / 4) / 512) * 512 }")
raw=$2.raw
head -c "$((side * side))" /dev/urandom >"$raw"
cat >"$raw.hdr" <<END
ENVI
samples = $side
lines = $side
bands = 1
data type = 1
interleave = bsq
END
gdal_translate -q -of COG -co COMPRESS=NONE -co BIGTIFF=IF_SAFER -a_srs EPSG:3857 -a_ullr 0 "$side" "$side" 0 \
  "$raw" "$2"
rm "$raw" "$raw.hdr"

#!/bin/sh
# A film of about SIZE bytes, 20 Mbit/s, with its index at the end, as MP4 mostly is. Usage: film.sh SIZE FILE.mp4
set -eu
scene=$2.scene.mp4
ffmpeg -v error -f lavfi -i testsrc2=size=1280x720:rate=25 -t 10 -c:v libx264 -preset ultrafast -pix_fmt yuv420p \
  -g 50 -b:v 20M -minrate 20M -maxrate 20M -bufsize 4M -x264-params nal-hrd=cbr "$scene"
ffmpeg -v error -stream_loop -1 -i "$scene" -c copy -fs "$1" "$2"
rm "$scene"

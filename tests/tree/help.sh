#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every procedure has its page in the documentation of every language, at a place that is there, and so has every picture and
# every link; all languages have the same pages, and the index names them. usage: help.sh SOURCE_ROOT
cd "$1" || exit 1
bad=0
procedures=$(sed -n 's/.*"\(plug-in-stylemap-[a-z-]*\)".*/\1/p' plug-in/gimp/procedures.c | sort -u)
[ -n "$procedures" ] || { echo "no procedures in plug-in/gimp/procedures.c"; exit 1; }
for folder in install/doc/*/; do
  [ "$folder" != install/doc/pictures/ ] || continue
  for picture in $(sed -n 's/.*<img src="\([^"]*\)".*/\1/p' "$folder"*.html); do
    [ -e "$folder$picture" ] || { echo "$folder: there is no $picture"; bad=1; }
  done
  for page in install/doc/*/*.html; do
    name=${page##*/}
    [ -e "$folder$name" ] || { echo "$folder: $name is in another language only"; bad=1; }
    [ "$name" = index.html ] || grep -qF "href=\"$name\"" "${folder}index.html" || { echo "${folder}index.html: no link to $name"; bad=1; }
  done
  for page in "$folder"*.html; do
    for link in $(grep -o 'href="[^"]*"' "$page" | cut -d'"' -f2); do
      file=$folder${link%%#*}
      case $link in
        ../samples/*) file=install/${link#../} ;; # installed beside the pages
        '#'*) file=$page ;;
      esac
      [ -e "$file" ] || { echo "$page: there is no $link"; bad=1; continue; }
      case $link in *'#'*) grep -qF "id=\"${link#*#}\"" "$file" || { echo "$page: there is no $link"; bad=1; } ;; esac
    done
  done
  for procedure in $procedures; do
    page=$(sed -n "s/.*id=\"$procedure\" ref=\"\([^\"]*\)\".*/\1/p" "${folder}gimp-help.xml")
    [ -n "$page" ] && grep -qF "id=\"${page#*#}\"" "$folder${page%#*}" ||
      { echo "${folder}gimp-help.xml: $procedure has no page, or none that is there: '$page'"; bad=1; }
  done
done
exit $bad

#!/bin/sh
# embed - a file's bytes as a C array: embed.sh NAME FILE >OUT.c
# Defines `const unsigned char NAME[]` and `const size_t NAME_n`.
set -eu

name=$1
file=$2

printf '#include <stddef.h>\n\n'
printf 'extern const unsigned char %s[];\nextern const size_t %s_n;\n\n' "$name" "$name"
printf 'const unsigned char %s[] = {\n' "$name"
od -An -v -tu1 "$file" | sed -e 's/^ *//' -e 's/  */,/g' -e 's/$/,/'
printf '};\nconst size_t %s_n = sizeof(%s);\n' "$name" "$name"

#!/usr/bin/env bash
# Builds the documentation site with docfx: artifacts/site/index.html, with search. A broken link is an error.
# To look at it: dotnet docfx serve artifacts/site
set -euo pipefail
cd "$(dirname "$0")/.."
site=$PWD/artifacts/site source=$PWD/artifacts/site-source
rm -rf "$site" "$source" && mkdir -p "$source"
dotnet tool restore --verbosity quiet

# The pages, and the files that they link to.
git ls-files --cached --others --exclude-standard -z -- '*.md' docs/images samples src tests bench eng LICENSE Directory.Packages.props Directory.Build.props test.sh demo.sh |
  while IFS= read -rd '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done | tar --null --files-from=- -c | tar -x -C "$source"

# The menu is what docs/README.md lists.
awk '
  /^## Terms/ { exit }
  /^## / { printf "- name: %s\n  items:\n", substr($0, 4) }
  /^\| \[/ {
    row = substr($0, 1, index(substr($0, 3), " |") + 2)
    while (match(row, /\[[^]]*\]\([^)#]*/)) {
      link = substr(row, RSTART + 1, RLENGTH - 1)
      split(link, part, /\]\(/)
      gsub(/`/, "", part[1])
      printf "  - name: \"%s\"\n    href: docs/%s\n", part[1], part[2]
      row = substr(row, RSTART + RLENGTH)
    }
  }' docs/README.md >"$source/toc.yml"

cat >"$source/docfx.json" <<END
{
  "build": {
    "content": [{ "files": ["**/*.md", "toc.yml"] }],
    "resource": [{ "files": ["docs/images/**", "samples/**", "src/**", "tests/**", "bench/**", "eng/**", "LICENSE", "*.props", "*.sh"], "exclude": ["**/*.md"] }],
    "output": "$site",
    "template": ["default", "modern"],
    "globalMetadata": {
      "_appName": "Baton",
      "_appTitle": "Baton",
      "_appLogoPath": "docs/images/logo.svg",
      "_appFaviconPath": "docs/images/icon.png",
      "_appFooter": "Baton: graceful restart for .NET",
      "_enableSearch": true,
      "_disableContribution": true
    }
  }
}
END
sed '1s/width="[0-9]*" height="[0-9]*"/width="36" height="36"/' docs/images/icon.svg >"$source/docs/images/logo.svg"
dotnet docfx build "$source/docfx.json" --warningsAsErrors --logLevel warning
cp "$site/README.html" "$site/index.html"
echo "$site/index.html: $(find "$site" -name '*.html' | wc -l) pages, $(grep -o '"title"' "$site/index.json" | wc -l) of them in the search"

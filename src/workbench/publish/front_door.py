"""``site/index.html``: leads a reader to the language chosen before, or to the browser's, with plain links for everyone else."""

from __future__ import annotations

import json
from collections.abc import Mapping

from markupsafe import Markup, escape

from workbench.publish.settings import Site, Words

_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="{language}/_static/mark.svg" type="image/svg+xml">
{alternates}
<script>
(function () {{
  var known = {known}, wanted = [];
  try {{ wanted.push(localStorage.getItem("workbench-language")); }} catch (error) {{ wanted.push(null); }}
  wanted = wanted.concat(navigator.languages || [navigator.language]);
  for (var i = 0; i < wanted.length; i++) {{
    var language = String(wanted[i] || "").slice(0, 2).toLowerCase();
    if (known.indexOf(language) >= 0) {{ location.replace(language + "/index.html" + location.hash); return; }}
  }}
  location.replace(known[0] + "/index.html" + location.hash);
}})();
</script>
<style>
body {{ font: 1.1rem/1.7 system-ui, sans-serif; display: grid; place-content: center; min-height: 90vh; margin: 0 1.5rem; }}
ul {{ padding: 0; list-style: none; }} a {{ font-size: 1.3rem; font-weight: 700; }}
</style>
</head>
<body>
<main>
<ul>
{links}
</ul>
</main>
</body>
</html>
"""


def front_door(site: Site, catalogues: Mapping[str, Words]) -> str:
    """Return the page that chooses a language.

    Parameters
    ----------
    site : Site
    catalogues : mapping of str to Words

    Returns
    -------
    str
        HTML; works from a folder and without JavaScript.

    Examples
    --------
    >>> site = Site(title={"ko": "도시", "en": "A <b> city"}, tagline={"ko": "가", "en": "a"}, languages=["en"])
    >>> page = front_door(site, {"en": Words("en", {"frame": {"language_name": "English"}}, ())})
    >>> "A &lt;b&gt; city" in page, '<a href="en/index.html"' in page
    (True, True)
    """
    first = site.languages[0]
    alternates = [
        Markup('<link rel="alternate" hreflang="{0}" href="{0}/index.html">').format(language) for language in site.languages
    ]
    alternates.append(Markup('<link rel="alternate" hreflang="x-default" href="index.html">'))
    links = [
        Markup('<li><a href="{0}/index.html" hreflang="{0}" lang="{0}">{1}</a> <span lang="{0}">{2}</span></li>').format(
            language, catalogues[language].strings["frame"]["language_name"], site.title[language]
        )
        for language in site.languages
    ]
    return _PAGE.format(
        language=escape(first),
        title=Markup(" · ").join(dict.fromkeys(site.title[language] for language in site.languages)),
        alternates="\n".join(alternates),
        known=json.dumps(site.languages),
        links="\n".join(links),
    )

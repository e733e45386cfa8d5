// What the pages do beyond being read. Everything here only adds: without it all text, tables and figures stand open or behind <details>.
(function () {
  "use strict";
  var root = document.documentElement;

  function remember(key, value) {
    try { localStorage.setItem(key, value); } catch (error) { root.dataset.storage = "none"; }
  }

  // Language: the switch leads to the same place of the same page, and the choice is kept for the front door.
  document.querySelectorAll("a[data-language]").forEach(function (link) {
    link.addEventListener("click", function () {
      remember("workbench-language", link.dataset.language);
      if (location.hash || (location.search && /\/search\.html$/.test(location.pathname))) {
        link.href = link.href.split(/[?#]/)[0] + location.search + location.hash;
      }
    });
  });

  // Theme: the reader's choice over the system's.
  var button = document.querySelector("button.theme");
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function isDark() { return root.dataset.theme ? root.dataset.theme === "dark" : dark.matches; }
  function name() { button.setAttribute("aria-label", isDark() ? button.dataset.light : button.dataset.dark); }
  if (button) {
    button.hidden = false;
    name();
    dark.addEventListener("change", name);
    button.addEventListener("click", function () {
      root.dataset.theme = isDark() ? "light" : "dark";
      remember("workbench-theme", root.dataset.theme);
      name();
    });
  }

  // Variants: folded blocks become one row of buttons.
  document.querySelectorAll(".variants").forEach(function (group) {
    var variants = Array.prototype.slice.call(group.querySelectorAll(":scope > details"));
    if (variants.length < 2) { return; }
    var row = document.createElement("div");
    row.className = "choices";
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", group.dataset.label);
    var holder = group.closest(".more-result, .in-notebook, section");
    var heading = holder && holder.querySelector("h3, .result-title, summary");
    function choose(chosen) {
      if (heading) { heading.textContent = chosen.dataset.title; }
      variants.forEach(function (variant, number) {
        variant.open = variant === chosen;
        variant.hidden = variant !== chosen;
        row.children[number].setAttribute("aria-pressed", String(variant === chosen));
      });
    }
    variants.slice().forEach(function (variant) {
      var choice = document.createElement("button");
      choice.type = "button";
      choice.textContent = variant.querySelector("summary").textContent;
      choice.addEventListener("click", function () { choose(variant); });
      row.appendChild(choice);
    });
    group.insertBefore(row, variants[0]);
    group.classList.add("chosen");
    choose(variants[0]);
  });

  // Maps: pointing at a district says its value beside the legend; following it opens the table at its row.
  document.querySelectorAll(".map").forEach(function (map) {
    var said = map.querySelector(".said");
    var rest = said.textContent;
    map.querySelectorAll("a").forEach(function (area) {
      ["mouseenter", "focus"].forEach(function (event) {
        area.addEventListener(event, function () { said.textContent = area.getAttribute("aria-label"); });
      });
      ["mouseleave", "blur"].forEach(function (event) {
        area.addEventListener(event, function () { said.textContent = rest; });
      });
    });
  });

  // A row inside a folded table: open what folds it.
  function unfold() {
    var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (var block = target && target.closest("details"); block; block = block.parentElement.closest("details")) { block.open = true; }
    if (target && target.closest("details")) { target.scrollIntoView({ block: "center" }); }
  }
  window.addEventListener("hashchange", unfold);
  unfold();

  // On paper everything is open.
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("main details").forEach(function (block) { if (!block.open) { block.open = true; block.dataset.printed = ""; } });
  });
  window.addEventListener("afterprint", function () {
    document.querySelectorAll("main details[data-printed]").forEach(function (block) { block.open = false; delete block.dataset.printed; });
  });

  // Opened from a folder, pages may not read one another, so search shows titles only.
  if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") { DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false; }

  // The place in the table of contents.
  var entries = {};
  document.querySelectorAll(".contents a").forEach(function (link) { entries[link.getAttribute("href").slice(1)] = link; });
  if (Object.keys(entries).length && "IntersectionObserver" in window) {
    var watcher = new IntersectionObserver(function (seen) {
      seen.forEach(function (entry) {
        if (!entry.isIntersecting) { return; }
        Object.keys(entries).forEach(function (id) { entries[id].removeAttribute("aria-current"); });
        var holder = entry.target.closest("section");
        var ids = holder ? [holder.id].concat(Array.prototype.map.call(holder.querySelectorAll(":scope > span[id]"), function (mark) { return mark.id; })) : [];
        ids.forEach(function (id) { if (entries[id]) { entries[id].setAttribute("aria-current", "location"); } });
      });
    }, { rootMargin: "-10% 0px -75% 0px" });
    document.querySelectorAll("main h2, main h3").forEach(function (heading) { watcher.observe(heading); });
  }
})();

// A department's answer, written and signed in the browser with the secret of its one-time link. The secret stands behind # in
// the address, which no browser sends; it is taken out of the address, never stored, and this page may not send anything.
// Old syntax on purpose: a browser that cannot sign must still be able to say so.
(function () {
  "use strict";
  var carried = document.getElementById("answer-carried");
  if (!carried) { return; }
  var t = JSON.parse(carried.textContent);
  var language = document.documentElement.lang;
  var LANGUAGES = ["ko", "en"];
  var LIMIT = 20000;
  var NAMESPACE = "workbench";
  var fragment = "", name = "", link = null, key = null, dirty = false;
  var signed = { content: "", bundle: "", file: "" };
  var promises = 0;

  function part(id) { return document.getElementById("answer-" + id); }
  function show(id, whether) { part(id).hidden = !whether; }
  function element(tag, text, attributes) {
    var made = document.createElement(tag);
    if (text) { made.textContent = text; }
    Object.keys(attributes || {}).forEach(function (one) { made.setAttribute(one, attributes[one]); });
    return made;
  }
  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, function (whole, place) { return place in values ? values[place] : whole; });
  }
  // A text with its ids and days unbroken.
  function say(node, text) {
    clear(node);
    text.split(/([A-Z]{1,3}-[0-9]+(?:\.[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2})/).forEach(function (piece, at) {
      node.appendChild(at % 2 ? element("span", piece, { "class": "id" }) : document.createTextNode(piece));
    });
  }
  function clear(node) { while (node.firstChild) { node.removeChild(node.firstChild); } }

  // -- bytes ---------------------------------------------------------------------------------------------------------------

  function bytes(text) { return new TextEncoder().encode(text); }
  function join(parts) {
    var length = parts.reduce(function (sum, one) { return sum + one.length; }, 0);
    var whole = new Uint8Array(length), at = 0;
    parts.forEach(function (one) { whole.set(one, at); at += one.length; });
    return whole;
  }
  function sshString(content) {
    var length = content.length;
    return join([new Uint8Array([length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255]), content]);
  }
  function fromBase64(text) {
    var binary = atob(text), found = new Uint8Array(binary.length);
    for (var i = 0; i < binary.length; i++) { found[i] = binary.charCodeAt(i); }
    return found;
  }
  function toBase64(content) {
    var binary = "";
    for (var i = 0; i < content.length; i++) { binary += String.fromCharCode(content[i]); }
    return btoa(binary);
  }

  // -- the link ------------------------------------------------------------------------------------------------------------

  function seedOf(text) {
    var seed = fromBase64(text.replace(/-/g, "+").replace(/_/g, "/") + "=");
    var again = toBase64(seed).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
    return seed.length === 32 && again === text ? seed : null;
  }

  function today() {
    var now = new Date();
    function two(number) { return (number < 10 ? "0" : "") + number; }
    return now.getFullYear() + "-" + two(now.getMonth() + 1) + "-" + two(now.getDate());
  }
  function dayAfter(day) { return new Date(Date.parse(day + "T00:00:00Z") + 864e5).toISOString().slice(0, 10); }
  function lastDay() { return today() < link.issued_on ? link.issued_on : today(); }

  function steward() { return link.steward ? link.issued_by + " " + link.steward : link.issued_by; }

  // Say why nothing can be answered, and offer to paste the link where that may help.
  function stop(text, paste) {
    fragment = "";
    link = key = null;
    ["asked", "form", "check", "done"].forEach(function (id) { show(id, false); });
    say(part("notice"), text);
    show("notice", true);
    show("open", paste);
  }

  // Both the seed and the link's public key are given to the browser: what the one signs, the other must verify.
  function keyOf(seed, publicKey) {
    var head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    var whole = join([new Uint8Array(head), seed]), ed25519 = { name: "Ed25519" }, subtle = window.crypto.subtle;
    return Promise.all([
      subtle.importKey("pkcs8", whole, ed25519, false, ["sign"]),
      subtle.importKey("raw", publicKey.subarray(publicKey.length - 32), ed25519, false, ["verify"])
    ]).then(function (pair) {
      whole.fill(0);
      seed.fill(0);
      return { sign: pair[0], verify: pair[1], blob: publicKey };
    });
  }
  function signRaw(pair, content) {
    var ed25519 = { name: "Ed25519" }, subtle = window.crypto.subtle;
    return subtle.sign(ed25519, pair.sign, content).then(function (found) {
      return subtle.verify(ed25519, pair.verify, found, content).then(function (fits) { return fits ? new Uint8Array(found) : null; });
    });
  }

  function start(text) {
    show("needs-script", false);
    show("notice", false);
    show("open", false);
    var given = text.replace(/\s+/g, "");
    given = given.slice(given.lastIndexOf("#") + 1);
    if (!given) { stop(t.answer.no_link, true); return; }
    var found = /^(L-[0-9]{4})\.([A-Za-z0-9_-]{43})$/.exec(given), seed = found && seedOf(found[2]);
    if (!seed) { stop(t.answer.damaged, true); return; }
    name = found[1];
    var closed = Object.prototype.hasOwnProperty.call(t.closed, name) ? t.closed[name] : "";
    if (closed) { stop(fill(closed === "revoked" ? t.answer.revoked : t.answer.answered, { link: name }), false); return; }
    if (!Object.prototype.hasOwnProperty.call(t.links, name)) { stop(fill(t.answer.unknown, { link: name }), true); return; }
    link = t.links[name];
    if (today() > link.expires_on) {
      stop(fill(t.answer.expired, { link: name, date: link.expires_on, steward: steward() }), false);
      return;
    }
    if (dayAfter(today()) < link.issued_on) { stop(fill(t.answer.too_early, { today: today(), date: link.issued_on }), false); return; }
    if (!window.crypto || !window.crypto.subtle || !window.TextEncoder) {
      stop(window.isSecureContext === false ? t.answer.insecure : t.answer.old_browser, false);
      return;
    }
    var tried = given;
    keyOf(seed, fromBase64(link.public_key)).then(function (pair) {
      return signRaw(pair, bytes(name)).then(function (fits) {
        if (!fits) { stop(fill(t.answer.other_key, { link: name }), true); return; }
        key = pair;
        fragment = tried;
        ask();
      });
    }).catch(function () { stop(t.answer.old_browser, false); });
  }

  // -- the form ------------------------------------------------------------------------------------------------------------

  function ask() {
    var facts = part("facts");
    clear(facts);
    function fact(label, value) {
      if (!value) { return; }
      var row = element("div");
      row.appendChild(element("dt", label));
      row.appendChild(element("dd", value));
      facts.appendChild(row);
    }
    fact(t.answer.subject, { P: t.answer.kind_P, D: t.answer.kind_D, R: t.answer.kind_R }[link.subject.charAt(0)] + " " + link.subject);
    fact(t.answer.asked_title, link.asked.title);
    fact(t.answer.asked_text, link.asked.text);
    fact(t.answer.asked_question, link.asked.question);
    fact(t.answer.asked_wanted, link.asked.wanted);
    fact(t.answer.department, link.department[language]);
    fact(t.answer.due, link.due);
    fact(t.answer.until, fill(t.answer.until_day, { date: link.expires_on }));
    fact(t.answer.issued_by, fill(t.answer.steward, { seat: steward() }));
    part("more").href = "decisions.html#decisions-" + link.subject.toLowerCase();
    var choices = part("outcome").querySelector("div");
    clear(choices);
    link.outcomes.forEach(function (outcome) {
      var label = element("label"), said = element("span", t.answers[outcome]);
      label.appendChild(element("input", "", { type: "radio", name: "outcome", value: outcome, id: "answer-outcome-" + outcome }));
      if (outcome === "information") { said.appendChild(element("small", " " + t.answer.information_long)); }
      label.appendChild(said);
      choices.appendChild(label);
    });
    clear(part("promises").querySelector("div"));
    part("form").reset();
    part("day").min = link.issued_on;
    part("day").max = part("day").value = lastDay();
    dirty = false;
    ["check", "done", "faults"].forEach(function (id) { show(id, false); });
    show("asked", true);
    show("form", true);
    part("asked-title").focus();
  }

  function renumber() {
    part("promises").querySelectorAll(".promise").forEach(function (row, at) {
      row.querySelector("legend").textContent = fill(t.answer.promise, { number: at + 1 });
      row.querySelector("button").textContent = fill(t.answer.promise_remove, { number: at + 1 });
    });
  }
  function addPromise() {
    var row = element("fieldset", "", { "class": "promise" }), id = "answer-promise-" + (promises += 1) + "-";
    row.appendChild(element("legend", "…"));
    var ordered = [language].concat(LANGUAGES.filter(function (one) { return one !== language; }));
    ordered.concat(["by"]).forEach(function (one) {
      var field = element("div", "", { "class": "field" }), kind = one === "by" ? "date" : "text";
      field.appendChild(element("label", { ko: t.answer.promise_ko, en: t.answer.promise_en, by: t.answer.promise_by }[one], { "for": id + one }));
      field.appendChild(element("input", "", { type: kind, id: id + one, "data-part": one, autocomplete: "off" }));
      if (one !== "by") { field.lastChild.lang = one; }
      row.appendChild(field);
    });
    var remove = element("button", "…", { type: "button", "class": "plain-button" });
    remove.addEventListener("click", function () {
      row.parentNode.removeChild(row);
      renumber();
      edited();
      part("promise-add").focus();
    });
    row.appendChild(remove);
    part("promises").querySelector("div").appendChild(row);
    renumber();
    row.querySelector("input").focus();
  }

  // Whatever was shown or signed is not what stands in the form any more.
  function edited() {
    dirty = true;
    show("check", false);
    show("done", false);
  }

  // -- what is signed ------------------------------------------------------------------------------------------------------

  // As the reader of the files strips it. What ends a line for some programs is a line's end; what commands a screen, and half
  // of a pair of surrogates, is no letter and becomes U+FFFD, which everyone can see.
  function tidy(text) {
    var found = text.replace(/\r\n?|[\u0085\u2028\u2029]/g, "\n").replace(/^\s+|\s+$/g, "");
    found = found.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
    return found.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, function (one) { return one.length === 2 ? one : "\ufffd"; });
  }
  function count(text) { return text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, "x").length; }

  // A YAML string in double quotes, one line of the file for each line of the text. Whatever cannot be seen, or ends a line
  // for some programs, is written as \uXXXX, so that the preview hides nothing.
  function quoted(text, indent) {
    return '"' + text.split("\n").map(function (line, at) {
      var whole = JSON.stringify(line).slice(1, -1).replace(
        /[\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff]/g,
        function (sign) { return "\\u" + ("000" + sign.charCodeAt(0).toString(16)).slice(-4); }
      );
      return at > 0 && whole.charAt(0) === " " ? "\\" + whole : whole;
    }).join("\\n\\\n" + indent) + '"';
  }
  function words(texts, indent) {
    return LANGUAGES.filter(function (one) { return texts[one]; }).map(function (one) {
      return indent + one + ": " + quoted(texts[one], indent + "  ") + "\n";
    }).join("");
  }

  function written(said) {
    var text = "answer: " + link.answer + "\nlink: " + name + "\ndepartment:\n" + words(link.department, "  ");
    text += "outcome: " + said.outcome + "\ntext:\n" + words(said.text, "  ");
    if (said.promised.length) { text += "promised:\n"; }
    said.promised.forEach(function (promise) { text += "- what:\n" + words(promise.what, "    ") + "  by: " + promise.by + "\n"; });
    return text + "answered_on: " + said.day + "\n";
  }

  // Everything that is wrong, told at once, above the form and at its field.
  function read() {
    var faults = [], said = { outcome: "", text: {}, promised: [], day: part("day").value };
    function fault(field, text) { faults.push({ field: field, text: text }); }
    function text(field, label) {
      var found = tidy(field.value), length = count(found);
      if (length > LIMIT) { fault(field, fill(t.answer.fault_long, { field: label, limit: LIMIT, count: length })); }
      return found;
    }
    var chosen = part("outcome").querySelector("input:checked");
    if (chosen) { said.outcome = chosen.value; } else { fault(part("outcome").querySelector("input"), t.answer.fault_outcome); }
    LANGUAGES.forEach(function (one) {
      var field = part("text-" + one);
      if (field) { said.text[one] = text(field, { ko: t.answer.text_ko, en: t.answer.text_en }[one]); }
    });
    if (!said.text.ko && !said.text.en) { fault(part("text-" + language), t.answer.fault_text); }
    part("promises").querySelectorAll(".promise").forEach(function (row, at) {
      var fields = {}, what = {}, number = { number: at + 1, date: said.day };
      row.querySelectorAll("[data-part]").forEach(function (field) { fields[field.dataset.part] = field; });
      LANGUAGES.forEach(function (one) { what[one] = text(fields[one], fill(t.answer.promise, number)); });
      var by = fields.by.value, any = what.ko || what.en;
      if (!any && !by && !fields.by.validity.badInput) { return; }
      if (!any) { fault(fields[language], fill(t.answer.fault_promise_text, number)); }
      if (!/^\d{4}-\d{2}-\d{2}$/.test(by)) { fault(fields.by, fill(t.answer.fault_promise_day, number)); }
      else if (by < said.day) { fault(fields.by, fill(t.answer.fault_promise_early, number)); }
      said.promised.push({ what: what, by: by });
    });
    if (!said.day || said.day < link.issued_on || said.day > lastDay()) {
      fault(part("day"), fill(t.answer.fault_day, { first: link.issued_on, last: lastDay() }));
    }
    return { said: said, faults: faults };
  }

  // What describes a field to a screen reader: its hint, if it has one, and its fault.
  function describe(field, fault) {
    var hint = field.tagName === "TEXTAREA" ? "answer-text-hint" : "";
    if (hint || fault) { field.setAttribute("aria-describedby", (hint + " " + fault).trim()); } else { field.removeAttribute("aria-describedby"); }
  }

  function tell(faults) {
    var list = part("faults").querySelector("ul");
    clear(list);
    part("form").querySelectorAll("[aria-invalid]").forEach(function (field) {
      field.removeAttribute("aria-invalid");
      describe(field, "");
    });
    part("form").querySelectorAll(".fault").forEach(function (text) { text.parentNode.removeChild(text); });
    faults.forEach(function (fault, at) {
      var item = element("li"), to = element("a", fault.text, { href: "#" + fault.field.id });
      var beside = element("p", fault.text, { "class": "fault", id: "answer-fault-" + at });
      to.addEventListener("click", function (event) { event.preventDefault(); fault.field.focus(); });
      item.appendChild(to);
      list.appendChild(item);
      fault.field.setAttribute("aria-invalid", "true");
      describe(fault.field, beside.id);
      (fault.field.type === "radio" ? part("outcome") : fault.field.parentNode).appendChild(beside);
    });
    show("faults", faults.length > 0);
    if (faults.length) { part("faults").focus(); }
  }

  function check() {
    var found = read();
    show("done", false);
    tell(found.faults);
    show("check", !found.faults.length);
    if (found.faults.length) { return; }
    signed.content = written(found.said);
    part("content").textContent = signed.content;
    part("check-title").focus();
  }

  // -- the signature: SSHSIG, as ssh-keygen -Y sign -n workbench writes it ---------------------------------------------------

  function armoured(raw) {
    var signature = join([sshString(bytes("ssh-ed25519")), sshString(raw)]);
    var parts = [key.blob, bytes(NAMESPACE), bytes(""), bytes("sha512"), signature].map(sshString);
    var text = toBase64(join([bytes("SSHSIG"), new Uint8Array([0, 0, 0, 1])].concat(parts)));
    return "-----BEGIN SSH SIGNATURE-----\n" + text.match(/.{1,70}/g).join("\n") + "\n-----END SSH SIGNATURE-----\n";
  }

  function sign() {
    var content = signed.content, button = part("sign");
    button.disabled = true;
    window.crypto.subtle.digest("SHA-512", bytes(content)).then(function (digest) {
      var parts = [bytes(NAMESPACE), bytes(""), bytes("sha512"), new Uint8Array(digest)].map(sshString);
      return signRaw(key, join([bytes("SSHSIG")].concat(parts)));
    }).then(function (raw) {
      button.disabled = false;
      if (!raw) { throw new Error("the signature does not fit"); }
      if (content === signed.content && !part("check").hidden) { give(content + armoured(raw)); }
    }).catch(function () {
      button.disabled = false;
      show("done", false);
      say(part("notice"), t.answer.failed);
      show("notice", true);
      part("notice").scrollIntoView();
    });
  }

  function give(bundle) {
    var file = "answer-" + link.answer + ".txt", values = { answer: link.answer, file: file, seat: link.issued_by };
    signed.bundle = bundle;
    signed.file = file;
    part("mail").href = "mailto:?subject=" + encodeURIComponent(fill(t.answer.mail_subject, values)) +
      "&body=" + encodeURIComponent(fill(t.answer.mail_body, values).replace(/\n/g, "\r\n"));
    say(part("send"), fill(t.answer.send, { steward: steward() }));
    part("bundle").value = bundle;
    part("copied").textContent = "";
    show("notice", false);
    show("done", true);
    part("done-title").focus();
  }

  function download() {
    var url = URL.createObjectURL(new Blob([signed.bundle], { type: "text/plain;charset=utf-8" }));
    var to = element("a", "", { href: url, download: signed.file, hidden: "" });
    document.body.appendChild(to);
    to.click();
    document.body.removeChild(to);
    setTimeout(function () { URL.revokeObjectURL(url); }, 60000);
    dirty = false;
  }

  function copy() {
    function byHand() {
      part("copied").textContent = t.answer.copy_by_hand;
      part("bundle").focus();
      part("bundle").select();
    }
    dirty = false;
    if (!navigator.clipboard) { byHand(); return; }
    navigator.clipboard.writeText(signed.bundle).then(function () { part("copied").textContent = t.answer.copied; }, byHand);
  }

  // -- what the page listens to --------------------------------------------------------------------------------------------

  part("open").addEventListener("submit", function (event) {
    event.preventDefault();
    var text = part("link").value;
    part("link").value = "";
    start(text);
  });
  part("form").addEventListener("submit", function (event) { event.preventDefault(); check(); });
  part("form").addEventListener("input", edited);
  part("promise-add").addEventListener("click", addPromise);
  part("sign").addEventListener("click", sign);
  part("back").addEventListener("click", function () { show("check", false); part("text-" + language).focus(); });
  part("copy").addEventListener("click", copy);
  part("download").addEventListener("click", download);
  window.addEventListener("beforeunload", function (event) { if (dirty) { event.preventDefault(); event.returnValue = ""; } });

  // The other language needs the link too; it goes there behind # again and is taken out of the address there.
  document.querySelectorAll("a[data-language]").forEach(function (other) {
    other.addEventListener("click", function (event) {
      if (!fragment || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) { return; }
      event.preventDefault();
      location.assign(other.href.split("#")[0] + "#" + fragment);
    });
  });

  // Only what looks like a link is one: #content leads to the page's content.
  function arrive(first) {
    var text = location.hash;
    if (/^#L-/i.test(text)) {
      history.replaceState(null, "", location.pathname + location.search);
      start(text);
    } else if (first) {
      start("");
    }
  }
  window.addEventListener("hashchange", function () { arrive(false); });
  arrive(true);
})();

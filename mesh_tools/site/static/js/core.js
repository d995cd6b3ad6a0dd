/* On every page: data in shards, the theme, and what is copied with one click. No page needs it to show a fact. */
(function () {
  "use strict";

  var page = document.documentElement;
  var waiting = {}; // by key: how the load of each shard goes on
  var loads = {}; // by key: its promise

  /* `fetch`, modules and workers fail on file://, a classic script does not: data comes as scripts that call `put`. */
  window.M = {
    root: page.getAttribute("data-root") || "",

    put: function (key, value) {
      if (waiting[key]) waiting[key].found(value);
    },

    /* The value of a shard; rejected when its file is missing, else whoever waits for it would wait for ever. */
    load: function (key) {
      if (!loads[key]) {
        loads[key] = new Promise(function (resolve, reject) {
          var script = document.createElement("script");
          var fail = function () {
            delete loads[key];
            reject(new Error("data/" + key + ".js cannot be loaded"));
          };
          waiting[key] = { found: resolve };
          script.src = M.root + "data/" + key + ".js";
          script.onerror = fail;
          script.onload = function () {
            delete waiting[key];
            script.remove();
            fail(); // nothing happens when it was found
          };
          document.head.appendChild(script);
        });
      }
      return loads[key];
    },

    /* An element: M.el("a", {href: "x.html", class: "chip"}, "text", child, ...). Text is never read as HTML. */
    el: function (name, attributes) {
      var made = document.createElement(name);
      Object.keys(attributes || {}).forEach(function (key) {
        var value = attributes[key];
        if (value === false || value === null || value === undefined) return;
        made.setAttribute(key, value === true ? "" : value);
      });
      Array.prototype.slice.call(arguments, 2).forEach(function (child) {
        if (child !== null && child !== undefined) made.append(child);
      });
      return made;
    },
  };

  function stored(key, value) {
    try {
      if (value === undefined) return localStorage.getItem(key);
      localStorage.setItem(key, value);
    } catch (_) {
      /* storage is switched off */
    }
    return null;
  }

  var THEMES = ["auto", "light", "dark"];

  function showTheme(theme) {
    if (theme === "auto") page.removeAttribute("data-theme");
    else page.setAttribute("data-theme", theme);
    document.querySelectorAll("[data-theme-switch]").forEach(function (button) {
      button.setAttribute("aria-label", "Theme: " + theme);
      button.setAttribute("title", "Theme: " + theme);
    });
  }

  function currentTheme() {
    var theme = stored("mesh-theme");
    return THEMES.indexOf(theme) < 0 ? "auto" : theme;
  }

  function nextTheme() {
    var next = THEMES[(THEMES.indexOf(currentTheme()) + 1) % THEMES.length];
    stored("mesh-theme", next);
    showTheme(next);
  }

  function copy(button) {
    var source = document.getElementById(button.getAttribute("data-copy"));
    if (!source) return;
    var text = source.textContent;
    var done = function () {
      var before = button.textContent;
      button.textContent = "Copied";
      setTimeout(function () {
        button.textContent = before;
      }, 1500);
    };
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(done, function () {});
      return;
    }
    var area = M.el("textarea", { readonly: true, class: "visually-hidden" });
    area.value = text;
    document.body.append(area);
    area.select();
    if (document.execCommand("copy")) done();
    area.remove();
    button.focus();
  }

  showTheme(currentTheme());
  page.setAttribute("data-js", "");
  document.addEventListener("DOMContentLoaded", function () {
    showTheme(currentTheme());
    document.addEventListener("click", function (event) {
      var button = event.target.closest && event.target.closest("[data-theme-switch], [data-copy]");
      if (!button) return;
      if (button.hasAttribute("data-copy")) copy(button);
      else nextTheme();
    });
  });
})();

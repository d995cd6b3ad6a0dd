/* The explorer of column lineage. Draws what is open around one node; loads the data of that alone. */
(function () {
  "use strict";

  var LINKS = ["pass", "rename", "transform", "aggregate", "select", "join", "filter", "group", "order", "window"];
  // The first of them say what becomes of a value; the next that it is read, the others how it decides over rows.
  var VALUES = 4;
  var WORDS = {
    pass: "passed on", rename: "renamed", transform: "computed", aggregate: "aggregated", select: "read",
    join: "joined by", filter: "filtered by", group: "grouped by", order: "ordered by", window: "windowed by",
  };
  var METHODS = ["fast", "exact", "published", "table"];
  var TOLD = {
    fast: "traced (fast)", exact: "traced (exact)",
    published: "from what the project published", table: "columns not known",
  };
  var NODES = ["product", "model", "seed", "snapshot", "source", "exposure", "internal"];
  var MOST_BOXES = 150;
  var ROWS_OF_A_LAYER = 26; // so that a picture of many boxes is not a mile high
  var ROWS_OF_A_BOX = 8;
  var ROWS_OF_THE_START = 18;
  var MOST_MATCHES = 12;
  var MOST_STEPS = 24; // boxes that are opened at once
  var MOST_LANES = 60;
  var DENSE = 90; // curves: more are drawn fainter
  var SEP = "\u0000";

  var root, view, canvas, info, outline;
  var nodes = new Map(); // by id; `up` and `down` are null until its record is loaded
  var edges = new Map(); // by source and target
  var start = null;
  var opened = new Set(); // sides of nodes: "<id" for what goes into it, ">id" for what reads it
  var whole = new Set(); // nodes of which all columns are shown
  var loose = new Set(); // groups that were opened
  var chosen = null; // the column that is followed: {id, column}
  var followed = null; // what that leads to
  var scale = 1;
  var size = { width: 0, height: 0 };
  var unit = 16; // pixels of a rem

  document.addEventListener("DOMContentLoaded", function () {
    root = document.getElementById("lineage");
    if (!root) return;
    root.hidden = false;
    view = document.getElementById("lx-view");
    canvas = document.getElementById("lx-canvas");
    info = document.getElementById("lx-info");
    outline = document.getElementById("lx-outline");
    unit = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
    root.addEventListener("click", onClick);
    outline.addEventListener("toggle", drawOutline);
    addEventListener("hashchange", go);
    ["pointerover", "pointerout", "focusin", "focusout"].forEach(function (type) {
      canvas.addEventListener(type, point);
    });
    panning();
    searching();
    go();
  });

  /* ---- data ---- */

  /* FNV-1a over UTF-16 code units, as the files of the data are named by. */
  function digest(text) {
    var found = 2166136261;
    for (var at = 0; at < text.length; at++) found = Math.imul(found ^ text.charCodeAt(at), 16777619);
    return found >>> 0;
  }

  function load(id) {
    var known = nodes.get(id);
    if (known && known.up) return Promise.resolve(known);
    var bucket = digest(id) % Number(root.getAttribute("data-buckets"));
    return M.load("lineage/b" + bucket).then(function (records) {
      var record = records.find(function (one) { return one[0] === id; });
      if (!record) throw new Error("there is no " + id + " in this lineage");
      var node = nodeOf(record, record[5].length, record[7].length, record[8].length);
      node.href = record[4];
      node.columns = record[5];
      node.reason = record[6];
      node.up = record[7].map(function (one) { return edgeOf(neighbour(one), node, one); });
      node.down = record[8].map(function (one) { return edgeOf(node, neighbour(one), one); });
      return node;
    });
  }

  function neighbour(record) {
    return nodeOf(record, record[4], record[5], record[6]);
  }

  function nodeOf(record, columns, ups, downs) {
    var node = nodes.get(record[0]);
    if (!node) {
      node = {
        id: record[0], label: record[1] || record[0], kind: NODES[record[2]], domain: record[3],
        size: columns, ups: ups, downs: downs, columns: null, href: "", reason: "", up: null, down: null,
      };
      nodes.set(node.id, node);
    }
    return node;
  }

  function edgeOf(source, target, record) {
    var key = source.id + SEP + target.id;
    var edge = edges.get(key);
    if (!edge) {
      edge = {
        key: key, source: source, target: target, method: METHODS[record[7]], through: record[8],
        links: record[9].map(function (link) {
          return typeof link === "string"
            ? { from: link, to: link, kind: 0 }
            : { from: link[0], to: link[1], kind: link[2] };
        }),
      };
      edges.set(key, edge);
    }
    return edge;
  }

  /* ---- where to start ---- */

  function go() {
    var parts = location.hash.slice(1).split(":").map(function (part) {
      try {
        return decodeURIComponent(part);
      } catch (_) {
        return part;
      }
    });
    var id = parts[0] || root.getAttribute("data-start");
    if (document.getElementById(parts[0]) && !parts[1]) id = root.getAttribute("data-start"); // a heading
    load(id).then(function (node) {
      if (start !== node) {
        start = node;
        opened = new Set(["<" + id, ">" + id]);
        whole = new Set();
        loose = new Set();
      }
      chosen = parts[1] ? { id: id, column: parts[1] } : null;
      draw();
      centre(parts[1] ? columnKey(id, parts[1]) : "box" + SEP + id);
    }, failed);
  }

  function failed(error) {
    info.replaceChildren(M.el("p", { class: "lx-lost" }, "This cannot be shown: " + error.message + "."));
  }

  /* ---- what is drawn ---- */

  /* All nodes that are open from the start, each with the side of it on which it lies. */
  function reached() {
    var found = new Map([[start, 0]]);
    var queue = [start];
    for (var at = 0; at < queue.length; at++) {
      var node = queue[at];
      var side = found.get(node);
      [["<", node.up, -1], [">", node.down, 1]].forEach(function (way) {
        if (!opened.has(way[0] + node.id)) return;
        (way[1] || []).forEach(function (edge) {
          var other = way[2] < 0 ? edge.source : edge.target;
          if (found.has(other)) return;
          found.set(other, side || way[2]);
          queue.push(other);
        });
      });
    }
    return found;
  }

  /* Boxes: nodes, and where those are too many one for all of a domain on one side. */
  function boxed(found) {
    var groups = new Map();
    found.forEach(function (side, node) {
      if (!side || (chosen && chosen.id === node.id)) return;
      var key = (side < 0 ? "<" : ">") + node.domain;
      if (!groups.has(key)) groups.set(key, { group: key, domain: node.domain, members: [] });
      groups.get(key).members.push(node);
    });
    var order = Array.from(groups.values()).sort(function (a, b) { return b.members.length - a.members.length; });
    var total = found.size;
    var grouped = new Map();
    order.forEach(function (group) {
      var isLoose = loose.has(group.group);
      if (isLoose && group.members.length > MOST_BOXES) group.members = group.members.slice(MOST_BOXES);
      else if (isLoose || total <= MOST_BOXES || group.members.length < 2) return;
      total -= group.members.length - 1;
      group.rest = isLoose;
      group.members.forEach(function (node) { grouped.set(node, group); });
    });
    var boxes = new Map();
    found.forEach(function (_, node) {
      var holder = grouped.get(node) || node;
      if (!boxes.has(holder)) boxes.set(holder, { of: holder, at: boxes.size, links: 0 });
      boxes.set(node, boxes.get(holder));
    });
    return boxes;
  }

  function wires(found, boxes) {
    var drawn = [];
    edges.forEach(function (edge) {
      if (!found.has(edge.source) || !found.has(edge.target)) return;
      var from = boxes.get(edge.source);
      var to = boxes.get(edge.target);
      if (from !== to) drawn.push({ edge: edge, from: from, to: to });
    });
    return drawn;
  }

  /* ---- following a column ---- */

  function follow(drawn) {
    if (!chosen) return null;
    var into = new Map();
    var out = new Map();
    drawn.forEach(function (wire) {
      wire.edge.links.forEach(function (link) {
        push(out, columnKey(wire.edge.source.id, link.from), [wire.edge, link]);
        if (link.to) push(into, columnKey(wire.edge.target.id, link.to), [wire.edge, link]);
      });
    });
    var result = { columns: new Map(), links: new Set(), rows: new Set(), readers: new Set(), origins: new Set(), up: [], down: [] };
    var first = columnKey(chosen.id, chosen.column);
    walk(into, result.up, function (edge, link) { return [edge.source.id, link.from]; });
    walk(out, result.down, function (edge, link) { return [edge.target.id, link.to]; });
    return result;

    function walk(map, list, onward) {
      var seen = new Set([first]);
      var queue = [first];
      result.columns.set(first, [chosen.id, chosen.column]);
      for (var at = 0; at < queue.length; at++) {
        (map.get(queue[at]) || []).forEach(function (step) {
          var place = onward(step[0], step[1]);
          var key = columnKey(place[0], place[1]);
          result.links.add(step[1]);
          if (!place[1]) {
            // Above, all that a project loads; below, what reads it for no column that is told, or for its rows.
            var ends = list === result.up ? result.origins : LINKS[step[1].kind] === "select" ? result.readers : result.rows;
            ends.add(place[0]);
            if (!seen.has(key + step[1].kind)) list.push(step);
            seen.add(key + step[1].kind);
            return;
          }
          if (seen.has(key)) return;
          seen.add(key);
          result.columns.set(key, place);
          list.push(step);
          queue.push(key);
        });
      }
    }
  }

  function push(map, key, value) {
    if (map.has(key)) map.get(key).push(value);
    else map.set(key, [value]);
  }

  function columnKey(id, column) {
    return "column" + SEP + id + SEP + column;
  }

  /* ---- drawing ---- */

  function draw() {
    var focused = document.activeElement && canvas.contains(document.activeElement) &&
      document.activeElement.getAttribute("data-key");
    var before = focused && placeOf(focused);
    var found = reached();
    var map = boxed(found);
    var drawn = wires(found, map);
    followed = follow(drawn);
    var boxes = Array.from(new Set(map.values()));
    boxes.forEach(function (box, at) { box.at = at; });
    arrange(boxes, drawn);
    paint(boxes, drawn);
    size = extent(boxes);
    zoom(scale);
    if (focused) refocus(focused, before);
    current = { found: found, boxes: boxes, drawn: drawn };
    tell();
    drawOutline();
  }
  var current = null;
  var painted = []; // the curves, each with the columns at its ends

  /* The curves of the column under the pointer, or with the focus. */
  function point(event) {
    var row = event.target.closest("[data-column]");
    var key = row && event.type !== "pointerout" && event.type !== "focusout" ? row.getAttribute("data-key") : null;
    painted.forEach(function (curve) {
      curve.path.classList.toggle("is-near", key !== null && curve.keys.has(key));
    });
  }

  function arrange(boxes, drawn) {
    var pairs = Array.from(new Set(drawn.map(function (wire) { return wire.from.at * 65536 + wire.to.at; })));
    pairs = pairs.map(function (pair) { return [Math.floor(pair / 65536), pair % 65536]; });
    var ranks = M.ranks(boxes.length, pairs);
    var crowd = new Map();
    boxes.forEach(function (box, at) {
      box.rank = ranks[at];
      crowd.set(box.rank, (crowd.get(box.rank) || 0) + 1);
    });
    var linked = new Map();
    drawn.forEach(function (wire) {
      wire.edge.links.forEach(function (link) {
        if (wire.from.of === wire.edge.source) mark(linked, wire.from, link.from);
        if (wire.to.of === wire.edge.target) mark(linked, wire.to, link.to);
      });
    });
    boxes.forEach(function (box) {
      box.rows = box.of.group ? [] : rowsOf(box.of, linked.get(box), crowd.get(box.rank));
      box.more = box.of.group ? 0 : Math.max(0, Math.max(box.of.size, box.rows.length) - box.rows.length);
      box.width = 15 * unit;
      box.height = (3.25 + 1.5 * (box.rows.length + (box.more || whole.has(box.of.id) ? 1 : 0)) + 0.25) * unit;
    });
    var tallest = Math.max.apply(null, Array.from(crowd.values()));
    var lanes = laid(boxes, pairs, drawn);
    M.place(boxes.concat(lanes.all), lanes.pairs, { x: Math.min(16, 5 + tallest / 2) * unit, y: unit });
    lanes.all.forEach(function (lane) {
      lane.x += 1.5 * unit;
      lane.y += 0.75 * unit;
    });
    drawn.forEach(function (wire) { wire.lanes = lanes.of.get(wire.from.at * 65536 + wire.to.at) || []; });
    boxes.forEach(function (box) {
      box.x += 1.5 * unit;
      box.y += 0.75 * unit;
      box.lines = new Map(box.rows.map(function (name, index) {
        return [name, box.y + (3.25 + 1.5 * index + 0.75) * unit];
      }));
      box.rest = box.more ? box.y + (3.25 + 1.5 * box.rows.length + 0.75) * unit : box.y + 1.6 * unit;
    });
  }

  /* Lanes between the boxes of a layer, for curves that pass it; in a large drawing there is no room for them. */
  function laid(boxes, pairs, drawn) {
    var result = { all: [], of: new Map(), pairs: pairs };
    var passed = pairs.reduce(function (sum, pair) {
      return sum + Math.max(0, boxes[pair[1]].rank - boxes[pair[0]].rank - 1);
    }, 0);
    if (!passed || passed > MOST_LANES) return result;
    var breadth = new Map();
    drawn.forEach(function (wire) {
      var key = wire.from.at * 65536 + wire.to.at;
      breadth.set(key, (breadth.get(key) || 0) + Math.max(1, wire.edge.links.length));
    });
    result.pairs = [];
    pairs.forEach(function (pair) {
      var key = pair[0] * 65536 + pair[1];
      var from = pair[0];
      var lanes = [];
      for (var rank = boxes[pair[0]].rank + 1; rank < boxes[pair[1]].rank; rank++) {
        var lane = { rank: rank, width: 15 * unit, height: Math.min(2, breadth.get(key) / 4) * unit, used: 0, breadth: breadth.get(key) };
        lanes.push(lane);
        result.pairs.push([from, boxes.length + result.all.length]);
        from = boxes.length + result.all.length;
        result.all.push(lane);
      }
      result.pairs.push([from, pair[1]]);
      result.of.set(key, lanes);
    });
    return result;
  }

  function mark(linked, box, column) {
    if (!column) return;
    if (!linked.has(box)) linked.set(box, new Set());
    linked.get(box).add(column);
  }

  /* The columns of a box that are shown: what is followed, then what is linked, in the table's own order. */
  function rowsOf(node, linked, crowd) {
    var all = node.columns || Array.from(linked || []);
    if (whole.has(node.id)) return all;
    var most = node === start ? ROWS_OF_THE_START
      : crowd < 4 ? ROWS_OF_A_BOX : Math.min(ROWS_OF_A_BOX, Math.floor(ROWS_OF_A_LAYER / crowd));
    var isFollowed = function (name) { return followed && followed.columns.has(columnKey(node.id, name)); };
    var kept = new Set(all.filter(isFollowed));
    [function (name) { return linked && linked.has(name); }, function () { return node === start || node.columns; }]
      .forEach(function (wanted) {
        all.forEach(function (name) {
          if (kept.size < most && wanted(name)) kept.add(name);
        });
      });
    if (all.length - kept.size === 1 && kept.size) return all; // a row that says "+1 more" is no shorter
    return all.filter(function (name) { return kept.has(name); });
  }

  function extent(boxes) {
    return boxes.reduce(function (most, box) {
      return {
        width: Math.max(most.width, box.x + box.width + 1.5 * unit),
        height: Math.max(most.height, box.y + box.height + 0.75 * unit),
      };
    }, { width: 0, height: 0 });
  }

  function paint(boxes, drawn) {
    var most = extent(boxes);
    var svg = svgEl("svg", { class: "lx-edges", width: most.width, height: most.height, "aria-hidden": "true" });
    painted = curves(drawn).map(function (curve) {
      var path = svgEl("path", { class: curve.classes, d: curve.d });
      var title = svgEl("title", {});
      title.textContent = curve.text();
      path.append(title);
      svg.append(path);
      return { path: path, keys: curve.keys };
    });
    canvas.classList.toggle("is-following", Boolean(followed));
    canvas.classList.toggle("is-dense", painted.length > DENSE);
    canvas.replaceChildren(svg, ...boxes.slice().sort(byPlace).map(boxElement));
  }

  /* Also the order of the tab key. */
  function byPlace(a, b) {
    return a.rank - b.rank || a.y - b.y;
  }

  function svgEl(name, attributes) {
    var made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.keys(attributes).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    return made;
  }

  /* One curve for all links between the same two rows; those that are followed lie on top. */
  function curves(drawn) {
    var found = new Map();
    drawn.forEach(function (wire) {
      if (!wire.edge.links.length) add(wire, null);
      wire.edge.links.forEach(function (link) { add(wire, link); });
    });
    return Array.from(found.values()).map(finish).sort(function (a, b) { return a.layer - b.layer; });

    function add(wire, link) {
      var y1 = port(wire.from, wire.from.of === wire.edge.source && link ? link.from : "");
      var y2 = port(wire.to, wire.to.of === wire.edge.target && link ? link.to : "");
      var key = [wire.from.at, wire.to.at, y1, y2].join(" ");
      if (!found.has(key)) found.set(key, { wire: wire, y1: y1, y2: y2, links: [], edges: new Set(), keys: new Set() });
      var curve = found.get(key);
      curve.edges.add(wire.edge);
      if (!link) return;
      curve.links.push(link);
      curve.keys.add(columnKey(wire.edge.source.id, link.from)).add(columnKey(wire.edge.target.id, link.to));
    }

    function finish(curve) {
      var way = curve.wire.lanes.map(function (lane) {
        lane.used++;
        return { left: lane.x, right: lane.x + lane.width, y: lane.y + lane.height * Math.min(1, lane.used / (lane.breadth + 1)) };
      });
      var stops = [{ right: curve.wire.from.x + curve.wire.from.width, y: curve.y1 }]
        .concat(way, [{ left: curve.wire.to.x, y: curve.y2 }]);
      var kinds = curve.links.map(function (link) { return link.kind; });
      var values = kinds.filter(function (kind) { return kind < VALUES; });
      var kind = values.length ? LINKS[Math.max.apply(null, values)] : kinds.indexOf(VALUES) >= 0 ? "read" : kinds.length ? "rows" : "none";
      var method = Array.from(curve.edges).reduce(function (worst, edge) {
        return METHODS.indexOf(edge.method) > METHODS.indexOf(worst) ? edge.method : worst;
      }, "fast");
      var isLit = Boolean(followed) && curve.links.some(function (link) { return followed.links.has(link); });
      return {
        d: pathOf(stops),
        classes: "lx-edge k-" + kind + " m-" + method + (isLit ? " is-lit" : ""),
        layer: (isLit ? 2 : 0) + (kind === "rows" ? 0 : 1),
        keys: curve.keys,
        text: function () { return curveText(curve); },
      };
    }
  }

  function pathOf(stops) {
    return stops.slice(1).reduce(function (d, stop, index) {
      var before = stops[index];
      var reach = stop.left - before.right;
      var bend = reach > 0 ? Math.min(reach * 0.55, 12 * unit) : 6 * unit;
      var curve = "C" + [before.right + bend, before.y, stop.left - bend, stop.y, stop.left, stop.y].map(Math.round);
      return d + curve + (stop.right === undefined ? "" : "H" + Math.round(stop.right));
    }, "M" + [stops[0].right, stops[0].y].map(Math.round));
  }

  function curveText(curve) {
    var lines = [];
    curve.edges.forEach(function (edge) {
      var links = edge.links.filter(function (link) { return curve.links.indexOf(link) >= 0; });
      lines = lines.concat(links.length ? links.map(function (link) { return linkText(edge, link); }) : [edgeText(edge)]);
    });
    return lines.length > 8 ? lines.slice(0, 8).join("\n") + "\n… and " + (lines.length - 8) + " more" : lines.join("\n");
  }

  function how(edge) {
    var behind = edge.through
      ? ", through " + edge.through + " internal model" + (edge.through > 1 ? "s" : "") : "";
    var told = edge.method === "table" && edge.target.kind === "exposure" ? "an exposure names no columns" : TOLD[edge.method];
    return told + behind;
  }

  function edgeText(edge) {
    return edge.source.label + " → " + edge.target.label + ": " + how(edge);
  }

  function linkText(edge, link) {
    var from = link.from ? edge.source.label + "." + link.from : edge.source.label;
    if (link.kind >= VALUES) return edge.target.label + ": " + verb(edge, link) + " " + from + " · " + how(edge);
    return from + " → " + edge.target.label + "." + link.to + ": " + verb(edge, link) + " · " + how(edge);
  }

  /* What published interfaces tell is that a column is no value, not what it is for. */
  function verb(edge, link) {
    if (edge.method === "published" && LINKS[link.kind] === "filter") return "joined, filtered or grouped by";
    return WORDS[LINKS[link.kind]];
  }

  function port(box, column) {
    if (!column) return box.y + 1.6 * unit;
    return box.lines.has(column) ? box.lines.get(column) : box.rest;
  }

  function boxElement(box) {
    var element = box.of.group ? groupElement(box.of) : nodeElement(box);
    element.style.left = box.x + "px";
    element.style.top = box.y + "px";
    element.style.width = box.width + "px";
    element.style.height = box.height + "px";
    return element;
  }

  function groupElement(group) {
    var count = group.members.length;
    var text = (group.rest ? "+" : "") + count + " node" + (count > 1 ? "s" : "");
    return M.el("div", { class: "lx-box kind-group" },
      M.el("div", { class: "lx-head" },
        M.el("span", { class: "lx-kind" }, group.domain),
        M.el("button", {
          type: "button", class: "lx-name lx-name-button", "data-group": group.group, "data-key": "group" + SEP + group.group,
          title: "Show each of them", disabled: group.rest,
        }, text)));
  }

  function nodeElement(box) {
    var node = box.of;
    var isLit = followed && [followed.rows, followed.readers, followed.origins].some(function (ends) { return ends.has(node.id); });
    var dot = node.label.indexOf(".");
    var short = node.kind === "internal" || dot < 0 ? node.label : node.label.slice(dot + 1);
    var project = node.kind === "internal" || dot < 0 ? node.domain : node.label.slice(0, dot);
    var head = M.el("div", { class: "lx-head" },
      M.el("span", { class: "lx-kind" }, project + " · " + node.kind),
      node === start
        ? M.el("span", { class: "lx-name", title: node.label, "data-key": "box" + SEP + node.id, tabindex: "-1" }, short)
        : M.el("a", {
          class: "lx-name", href: "#" + encodeURIComponent(node.id), "data-key": "box" + SEP + node.id,
          title: "Start at " + node.label,
        }, short),
      node.href ? M.el("a", { class: "lx-page", href: M.root + node.href, "aria-label": "Page of " + node.label, title: "Its page" }, "↗") : null);
    var rows = box.rows.map(function (name) { return rowElement(node, name); });
    if (box.more) rows.push(moreElement(node, box.rows.length ? "+" + box.more + " more" : count(box.more, "column"), false));
    else if (whole.has(node.id)) rows.push(moreElement(node, "fewer", true));
    return M.el("div", {
      class: "lx-box kind-" + node.kind + (node === start ? " is-start" : "") + (isLit ? " is-lit" : "") +
        (node.reason ? " is-untraced" : ""),
      role: "group", "aria-label": node.label + ", " + node.kind, title: node.reason ? "Not traced: " + node.reason : null,
    }, head, M.el("div", { class: "lx-rows" }, ...rows), side(node, "<", node.ups), side(node, ">", node.downs));
  }

  function rowElement(node, name) {
    var key = columnKey(node.id, name);
    var isChosen = chosen && chosen.id === node.id && chosen.column === name;
    return M.el("button", {
      type: "button", class: "lx-row" + (followed && followed.columns.has(key) ? " is-lit" : ""),
      "data-column": name, "data-node": node.id, "data-key": key, "aria-pressed": String(Boolean(isChosen)), title: name,
    }, name);
  }

  function moreElement(node, text, isOpen) {
    return M.el("button", {
      type: "button", class: "lx-row lx-more", "data-more": node.id, "data-key": "more" + SEP + node.id,
      "aria-expanded": String(isOpen), "aria-label": text + " of " + node.label,
    }, text);
  }

  function side(node, way, known) {
    if (!known) return null;
    var isOpen = opened.has(way + node.id);
    var what = way === "<" ? "what goes into " : "what reads ";
    return M.el("button", {
      type: "button", class: "lx-side " + (way === "<" ? "lx-up" : "lx-down"), "data-side": way + node.id,
      "data-key": "side" + SEP + way + node.id, "aria-expanded": String(isOpen),
      "aria-label": (isOpen ? "Hide " : "Show ") + what + node.label + " (" + known + ")",
      title: (isOpen ? "Hide " : "Show ") + what + "it",
    }, isOpen ? "−" : String(known));
  }

  function count(number, word) {
    return number + " " + word + (number === 1 ? "" : "s");
  }

  /* ---- in words ---- */

  function tell() {
    var parts = [];
    if (chosen && followed) {
      parts.push(M.el("p", {}, M.el("strong", {}, chosen.column), " of " + nodes.get(chosen.id).label + ": ", told(), " ",
        frontier().length ? M.el("button", { type: "button", class: "lx-link", "data-lx": "further" }, "Follow further") : null, " ",
        M.el("button", { type: "button", class: "lx-link", "data-lx": "unfollow" }, "Follow nothing")));
      parts.push(steps("Made of", followed.up), steps("Goes into", followed.down));
    } else {
      var facts = [];
      if (start.columns.length) facts.push(count(start.columns.length, "column"));
      if (start.ups) facts.push("reads " + start.ups);
      if (start.downs) facts.push("read by " + start.downs);
      parts.push(M.el("p", {}, M.el("strong", {}, start.label), start.kind === "internal" ? "" : ", " + start.kind + " of " + start.domain,
        ": " + (facts.join(", ") || "nothing is known that it reads, or that reads it") + ". ",
        start.href ? M.el("a", { href: M.root + start.href }, "Its page") : ""));
      parts.push(M.el("p", { class: "muted" }, "Select a column to follow it. The round buttons open what goes into a box, and what reads it."));
      if (start.reason) parts.push(M.el("p", { class: "lx-reason" }, "Not traced: " + start.reason + "."));
    }
    info.replaceChildren(...parts.filter(Boolean));
  }

  function told() {
    var up = followed.up.filter(function (step) { return step[1].from; }).length;
    var down = followed.down.filter(function (step) { return step[1].to; }).length;
    var parts = [];
    if (up) parts.push("made of " + count(up, "column"));
    if (followed.origins.size === 1) parts.push((up ? "of " : "made of ") + nodes.get(Array.from(followed.origins)[0]).label);
    else if (followed.origins.size) parts.push((up ? "of " : "made of ") + "sources of " + followed.origins.size + " projects");
    if (down) parts.push("goes into " + count(down, "column"));
    if (followed.readers.size) parts.push("is read by " + count(followed.readers.size, "other node"));
    if (followed.rows.size) parts.push("decides over the rows of " + count(followed.rows.size, "node"));
    return parts.length ? parts.join(", ") + ", as far as drawn." : "nothing that is drawn is made of it, or goes into it.";
  }

  /* Sides, not open yet, of the boxes at which what is followed ends. */
  function frontier() {
    var found = new Set();
    if (nodes.get(chosen.id).ups) found.add("<" + chosen.id);
    followed.up.forEach(function (step) {
      if (step[0].source.ups) found.add("<" + step[0].source.id);
    });
    followed.down.forEach(function (step) {
      if (step[1].to && step[0].target.downs) found.add(">" + step[0].target.id);
    });
    if (nodes.get(chosen.id).downs) found.add(">" + chosen.id);
    return Array.from(found).filter(function (key) { return !opened.has(key); });
  }

  function followFurther() {
    var keys = frontier().slice(0, MOST_STEPS);
    Promise.all(keys.map(function (key) { return load(key.slice(1)); })).then(function () {
      keys.forEach(function (key) { opened.add(key); });
      draw();
    }, failed);
  }

  function steps(title, list) {
    if (!list.length) return null;
    var shown = list.slice(0, 6).map(function (step) {
      return M.el("li", {}, linkText(step[0], step[1]));
    });
    if (list.length > 6) shown.push(M.el("li", {}, "… and " + (list.length - 6) + " more: see the drawing as text"));
    return M.el("details", { class: "lx-steps" }, M.el("summary", {}, title + " (" + list.length + ")"), M.el("ul", {}, ...shown));
  }

  function drawOutline() {
    if (!outline.open || !current) return;
    var byTarget = new Map();
    current.drawn.forEach(function (wire) { push(byTarget, wire.edge.target, wire.edge); });
    var items = Array.from(current.found.keys()).map(function (node) {
      var into = (byTarget.get(node) || []).map(function (edge) {
        return M.el("li", {}, edge.source.label + ": " + how(edge),
          edge.links.length ? M.el("ul", {}, ...edge.links.map(function (link) {
            var words = link.kind < VALUES ? (link.from || "a column") + " → " + link.to + ": " : "";
            return M.el("li", {}, words + verb(edge, link) + (link.kind < VALUES ? "" : " " + (link.from || "a column")));
          })) : null);
      });
      return M.el("li", {}, M.el("strong", {}, node.label), " (" + node.kind + " of " + node.domain + ")",
        into.length ? M.el("ul", {}, ...into) : " reads nothing that is drawn");
    });
    outline.lastElementChild.replaceChildren(M.el("ul", {}, ...items));
  }

  /* ---- what the reader does ---- */

  function onClick(event) {
    var button = event.target.closest("button");
    if (!button || !start) return;
    var data = button.dataset;
    if (data.lx) tool(data.lx);
    else if (data.side) toggleSide(data.side);
    else if (data.column !== undefined) choose(data.node, data.column);
    else if (data.more) showColumns(data.more);
    else if (data.group) {
      loose.add(data.group);
      draw();
    }
  }

  function toggleSide(key) {
    if (opened.delete(key)) draw();
    else {
      load(key.slice(1)).then(function () {
        opened.add(key);
        draw();
      }, failed);
    }
  }

  function showColumns(id) {
    load(id).then(function () {
      if (!whole.delete(id)) whole.add(id);
      draw();
    }, failed);
  }

  function choose(id, column) {
    var isSame = chosen && chosen.id === id && chosen.column === column;
    chosen = isSame ? null : { id: id, column: column };
    var hash = "#" + encodeURIComponent(start.id) + (chosen && id === start.id ? ":" + encodeURIComponent(column) : "");
    history.replaceState(null, "", hash);
    draw();
  }

  function tool(name) {
    if (name === "in") zoom(scale * 1.25);
    else if (name === "out") zoom(scale / 1.25);
    else if (name === "whole") zoom(1);
    else if (name === "further") followFurther();
    else if (name === "fit") zoom(Math.min(1, view.clientWidth / size.width, view.clientHeight / size.height));
    else {
      chosen = null;
      if (name === "reset") {
        opened = new Set(["<" + start.id, ">" + start.id]);
        whole = new Set();
        loose = new Set();
        scale = 1;
      }
      history.replaceState(null, "", "#" + encodeURIComponent(start.id));
      draw();
      if (name === "reset") centre("box" + SEP + start.id);
    }
  }

  function zoom(to) {
    scale = Math.min(2, Math.max(0.15, to));
    canvas.style.width = size.width + "px";
    canvas.style.height = size.height + "px";
    canvas.style.transform = "scale(" + scale + ")";
    canvas.style.marginLeft = Math.max(0, (view.clientWidth - size.width * scale) / 2) + "px";
    // What the transform leaves of the canvas's own size would be empty room to scroll into.
    canvas.style.marginRight = (scale - 1) * size.width + "px";
    canvas.style.marginBottom = (scale - 1) * size.height + "px";
    view.style.height = Math.max(16 * unit, Math.min(size.height * scale + 1.5 * unit, 0.72 * innerHeight)) + "px";
    root.querySelector('[data-lx="whole"]').textContent = Math.round(scale * 100) + "%";
  }

  function withKey(key) {
    return Array.from(canvas.querySelectorAll("[data-key]")).find(function (one) {
      return one.getAttribute("data-key") === key;
    });
  }

  function placeOf(key) {
    var element = withKey(key);
    return element && element.getBoundingClientRect();
  }

  /* What was used stays under the pointer, and keeps the focus. */
  function refocus(key, before) {
    var element = withKey(key);
    if (!element) return;
    element.focus({ preventScroll: true });
    var after = element.getBoundingClientRect();
    view.scrollLeft += after.left - before.left;
    view.scrollTop += after.top - before.top;
  }

  function centre(key) {
    var element = withKey(key) || canvas.querySelector(".is-start");
    if (!element) return;
    var box = element.closest(".lx-box");
    var at = element.getBoundingClientRect();
    var frame = view.getBoundingClientRect();
    var around = box.getBoundingClientRect();
    view.scrollLeft += around.left + around.width / 2 - frame.left - frame.width / 2;
    view.scrollTop += at.top - frame.top - frame.height / 3;
  }

  function panning() {
    var from = null;
    view.addEventListener("pointerdown", function (event) {
      if (event.pointerType !== "mouse" || event.button || event.target.closest("button, a")) return;
      from = { x: event.clientX + view.scrollLeft, y: event.clientY + view.scrollTop };
      view.classList.add("is-panning");
    });
    addEventListener("pointermove", function (event) {
      if (!from) return;
      view.scrollLeft = from.x - event.clientX;
      view.scrollTop = from.y - event.clientY;
    });
    addEventListener("pointerup", function () {
      from = null;
      view.classList.remove("is-panning");
    });
  }

  /* ---- the start by name ---- */

  function searching() {
    var input = document.getElementById("lx-q");
    var list = document.getElementById("lx-found");
    var names = null;
    var at = -1;

    input.addEventListener("focus", fetchNames);
    input.addEventListener("input", fetchNames);
    input.addEventListener("keydown", onKey);
    input.addEventListener("blur", function () { setTimeout(close, 150); });
    list.addEventListener("pointerdown", function (event) {
      var option = event.target.closest("[role=option]");
      if (option) pick(option);
    });

    function fetchNames() {
      if (names) show();
      else M.load("lineage/names").then(function (loaded) {
        names = loaded;
        show();
      }, failed);
    }

    function show() {
      var query = input.value.trim().toLowerCase();
      var matches = query ? best(query) : [];
      at = -1;
      list.replaceChildren(...matches.map(function (name, index) {
        return M.el("li", { role: "option", id: "lx-match-" + index, "data-id": name[0], "aria-selected": "false" },
          M.el("span", {}, name[1] || name[0]), M.el("span", { class: "muted" }, NODES[name[2]] + " · " + name[3]));
      }));
      if (query && !matches.length) list.append(M.el("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, "Nothing is called like that"));
      toggle(Boolean(query));
    }

    function best(query) {
      var ranked = [];
      names.forEach(function (name) {
        var label = (name[1] || name[0]).toLowerCase();
        var place = label.indexOf(query);
        if (place < 0) return;
        var own = label.slice(label.indexOf(".") + 1);
        var worth = own === query || label === query ? 0 : own.indexOf(query) === 0 ? 1 : /[._ ]/.test(label[place - 1] || ".") ? 2 : 3;
        ranked.push([worth, name[2], label, name]);
      });
      ranked.sort(function (a, b) { return a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : 1); });
      return ranked.slice(0, MOST_MATCHES).map(function (one) { return one[3]; });
    }

    function onKey(event) {
      var options = list.querySelectorAll("[data-id]");
      if (event.key === "Escape") close();
      if (event.key === "Enter") {
        event.preventDefault();
        if (options.length) pick(options[Math.max(0, at)]);
      }
      if ((event.key !== "ArrowDown" && event.key !== "ArrowUp") || !options.length) return;
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : options.length - 1) + (at < 0 && event.key === "ArrowUp" ? 1 : 0)) % options.length;
      options.forEach(function (option, index) { option.setAttribute("aria-selected", String(index === at)); });
      input.setAttribute("aria-activedescendant", options[at].id);
    }

    function pick(option) {
      if (!option.dataset.id) return;
      input.value = "";
      close();
      location.hash = "#" + encodeURIComponent(option.dataset.id);
    }

    function toggle(isOpen) {
      list.hidden = !isOpen;
      input.setAttribute("aria-expanded", String(isOpen));
      input.removeAttribute("aria-activedescendant");
    }

    function close() {
      toggle(false);
    }
  }
})();

/* What a query finds, and in which order. Pure, but for `ask`, which loads the shards that a query needs.

   Texts stay flat strings with one line for each entry, numbers typed arrays: 20,000 entries are a few megabytes. */
(function () {
  "use strict";

  // How well a term fits a name: the whole, its beginning (up to the end of a word), a word, a part.
  var EXACT = 100, PREFIX_WORD = 90, PREFIX = 85, WORD = 75, WORD_PREFIX = 65, PART = 45;
  // What else it may fit says less: the domain, a column, who owns it, what is written about it.
  var OF_FIELD = { domain: 0.5, project: 0.48, owner: 0.45, tag: 0.45, class: 0.45 };
  var OF_COLUMN = 0.55; // of a product that has the column
  var AS_COLUMN = 0.8; // of the column itself
  var SAYS = 28, SAYS_PREFIX = 20; // the description
  var COLUMN_SAYS = 16, COLUMN_SAYS_PREFIX = 12; // that of a column
  var DOWN = { prerelease: 1, superseded: 1, deprecated: 2, retired: 3 };
  var KINDS = ["product", "column", "domain", "exposure", "model", "page"];
  var LONG_ENOUGH = 4; // for a typo: shorter words are all alike
  var TRIES = 5;
  var SHARDS = 4; // of words that begin with a term

  M.search = {
    open: open, give: give, run: run, ask: ask,
    value: value, label: label, url: url, columnName: columnName, columnUrl: columnUrl, isPublic: isPublic,
    about: about, marks: marks,
  };

  /* ---- text ---- */

  /* Lower case without accents, as long as before: so that what is found there is marked here. */
  function fold(text) {
    return text
      .replace(/[^\x00-\x7f]/g, function (one) {
        var base = one.normalize("NFD")[0].toLowerCase();
        return base.length === 1 ? base : one;
      })
      .toLowerCase();
  }

  /* As the words of descriptions are made. */
  function foldWord(text) {
    return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  }

  function isAlnum(code) {
    return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code > 127;
  }

  function isHump(raw, at) {
    var one = raw.charCodeAt(at);
    var before = raw.charCodeAt(at - 1);
    return one >= 65 && one <= 90 && ((before >= 97 && before <= 122) || (before >= 48 && before <= 57));
  }

  function startsWord(lines, at) {
    return !isAlnum(lines.folded.charCodeAt(at - 1)) || isHump(lines.raw, at);
  }

  function endsWord(lines, at) {
    return at >= lines.folded.length || !isAlnum(lines.folded.charCodeAt(at)) || isHump(lines.raw, at);
  }

  /* Lines of one string, and where each begins. */
  function linesOf(raw) {
    var starts = [0];
    for (var at = raw.indexOf("\n"); at >= 0; at = raw.indexOf("\n", at + 1)) starts.push(at + 1);
    starts.push(raw.length + 1);
    var folded = fold(raw);
    return {
      raw: raw, folded: folded === raw ? raw : folded, starts: Int32Array.from(starts),
      count: raw === "" ? 0 : starts.length - 1,
    };
  }

  function line(lines, at) {
    return lines.raw.slice(lines.starts[at], lines.starts[at + 1] - 1);
  }

  /* How well the `length` characters at `at` fit the name from `start` to `end`; `stem` ends it without its version. */
  function fit(lines, at, length, start, stem, end) {
    var after = at + length;
    if (at === start) return after === end || after === stem ? EXACT : endsWord(lines, after) ? PREFIX_WORD : PREFIX;
    if (!startsWord(lines, at)) return PART;
    return endsWord(lines, after) ? WORD : WORD_PREFIX;
  }

  function fitOf(text, term) {
    var lines = { raw: text, folded: fold(text) };
    var best = 0;
    for (var at = lines.folded.indexOf(term); at >= 0; at = lines.folded.indexOf(term, at + 1)) {
      best = Math.max(best, fit(lines, at, term.length, 0, -1, text.length));
    }
    return best;
  }

  /* ---- the index ---- */

  function open(data) {
    var names = data.names === "" ? [] : data.names.split("\n");
    var index = {
      data: data, fields: data.fields, size: names.length,
      nameAt: new Int32Array(names.length), stemAt: new Int32Array(names.length), weight: new Float64Array(names.length),
      lines: null, columns: null, columnStarts: null, columnShards: {}, wordShards: {}, abouts: {}, missing: {}, words: null,
    };
    var at = 0;
    var labels = names.map(function (name, e) {
      var project = value(index, "project", e);
      var v = value(index, "v", e);
      var text = project ? project + "." + name : name;
      index.nameAt[e] = at + text.length - name.length;
      index.stemAt[e] = at + text.length - (v ? v.length + 2 : 0);
      index.weight[e] = weightOf(index, e, text.length);
      at += text.length + 1;
      return text;
    });
    index.lines = linesOf(labels.join("\n"));
    return index;
  }

  /* Public before internal, what ends down, more consumers up, then the shorter name. */
  function weightOf(index, e, length) {
    var flags = Number(index.data.flags[e]);
    var down = DOWN[value(index, "status", e)] || (flags & 2 ? 1 : 0);
    var consumers = Math.min(index.data.consumers[e], 99999);
    return (flags & 1) * 1e9 + (3 - down) * 1e8 + consumers * 1e3 + 999 - Math.min(length, 999);
  }

  /* Takes a shard in; `null`: there is no such file. */
  function give(index, key, data) {
    var parts = /^search\/(\w+)(?:-(\d+))?$/.exec(key);
    if (data === null) index.missing[key] = true;
    else if (parts[1] === "about") index.abouts[parts[2]] = linesOf(data);
    else if (parts[1] === "descriptions") {
      index.wordShards[parts[2]] = { words: linesOf(data.words), postings: linesOf(data.postings) };
    } else if (parts[2] !== undefined) index.columnShards[parts[2]] = linesOf(data);
    else {
      index.columns = linesOf(data.names);
      index.columns.anchors = data.anchors;
      index.columnStarts = [0];
      data.counts.forEach(function (count, k) { index.columnStarts.push(index.columnStarts[k] + count); });
    }
    index.words = null;
  }

  function value(index, name, e) {
    var field = index.fields[name];
    return field.values[field.codes[Math.min(e, field.codes.length - 1)]];
  }

  function label(index, e) {
    return line(index.lines, e);
  }

  function url(index, e) {
    var data = index.data;
    var pattern = data.patterns[data.pattern.charCodeAt(e) - 48];
    if (pattern === undefined) return data.urls[e];
    var text = index.lines.raw.slice(index.nameAt[e], index.lines.starts[e + 1] - 1);
    var parts = {
      domain: value(index, "domain", e), project: value(index, "project", e), v: value(index, "v", e),
      name: index.lines.raw.slice(index.nameAt[e], index.stemAt[e]), text: text,
    };
    return pattern.replace(/\{(\w+)\}/g, function (_, key) { return encodeURIComponent(parts[key]); });
  }

  function isPublic(index, e) {
    return (Number(index.data.flags[e]) & 1) === 1;
  }

  function columnName(index, c) {
    return line(index.columns, c);
  }

  function columnUrl(index, e, c) {
    return url(index, e).split("#")[0] + "#c-" + (index.columns.anchors[c] || line(index.columns, c));
  }

  /* The first words about an entry; `undefined` while they are not loaded. */
  function about(index, e) {
    var size = index.data.in_a_file;
    var lines = index.abouts[Math.floor(e / size)];
    return lines ? line(lines, e % size) : undefined;
  }

  /* ---- what is typed ---- */

  function parse(index, query) {
    var terms = [];
    var filters = [];
    query.normalize("NFC").split(/\s+/).filter(Boolean).forEach(function (part) {
      var named = /^(\w+):(.*)$/.exec(part);
      var field = named && named[1].toLowerCase();
      if (field === "column") terms.push({ text: fold(named[2]), column: true });
      else if (field && index.fields[field]) filters.push({ field: field, text: fold(named[2]) });
      else terms.push({ text: fold(part), column: false });
    });
    terms = terms.filter(function (term) { return term.text; });
    var said = terms.filter(function (term) { return term.column || index.data.stop.indexOf(term.text) < 0; });
    return { terms: said.length ? said : terms, filters: filters.filter(function (one) { return one.text; }) };
  }

  /* 1 for each entry that all filters let through; `null` without any. */
  function masked(index, filters) {
    if (!filters.length) return null;
    var mask = new Uint8Array(index.size).fill(1);
    filters.forEach(function (filter) {
      var field = index.fields[filter.field];
      var whole = field.values.some(function (one) { return [].concat(one).some(function (part) { return fold(part) === filter.text; }); });
      var passes = field.values.map(function (one) {
        return [].concat(one).some(function (part) {
          var at = fold(part).indexOf(filter.text);
          return whole ? fold(part) === filter.text : filter.field === "owner" ? at >= 0 : at === 0;
        });
      });
      for (var e = 0; e < index.size; e++) {
        if (!passes[field.codes[Math.min(e, field.codes.length - 1)]]) mask[e] = 0;
      }
    });
    return mask;
  }

  /* ---- where a term is found ---- */

  function look(index, term, needed) {
    var found = { text: term.text, only: term.column, name: new Uint8Array(index.size), column: null, best: null, said: null, hits: [] };
    if (!term.column) {
      inNames(index, term.text, found.name);
      inFields(index, term.text, found.name);
    }
    if (term.text.length > 1) {
      inColumns(index, found, needed);
      if (!term.column) inDescriptions(index, found, needed);
    }
    return found;
  }

  function inNames(index, term, quality) {
    var lines = index.lines;
    var e = 0;
    for (var at = lines.folded.indexOf(term); at >= 0; at = lines.folded.indexOf(term, at + 1)) {
      while (lines.starts[e + 1] <= at) e++;
      var start = at < index.nameAt[e] ? lines.starts[e] : index.nameAt[e];
      if (at + term.length < index.nameAt[e]) continue; // within the project's name
      var fits = fit(lines, at, term.length, start, index.stemAt[e], lines.starts[e + 1] - 1);
      if (fits > quality[e]) quality[e] = fits;
    }
  }

  function inFields(index, term, quality) {
    Object.keys(OF_FIELD).forEach(function (name) {
      var field = index.fields[name];
      var any = false;
      var fits = field.values.map(function (one) {
        var best = Math.max.apply(null, [0].concat(one).map(function (part) { return part ? fitOf(part, term) : 0; }));
        // A part of a name is chance, of all but the owner's.
        best = best > PART || name === "owner" ? Math.round(best * OF_FIELD[name]) : 0;
        any = any || best > 0;
        return best;
      });
      if (!any) return;
      for (var e = 0; e < index.size; e++) {
        var best = fits[field.codes[Math.min(e, field.codes.length - 1)]];
        if (best > quality[e]) quality[e] = best;
      }
    });
  }

  function inColumns(index, found, needed) {
    var lines = index.columns;
    if (!lines) {
      need(index, "search/columns", needed);
      return;
    }
    var c = 0;
    var last = null;
    for (var at = lines.folded.indexOf(found.text); at >= 0; at = lines.folded.indexOf(found.text, at + 1)) {
      while (lines.starts[c + 1] <= at) c++;
      var fits = fit(lines, at, found.text.length, lines.starts[c], -1, lines.starts[c + 1] - 1);
      if (last && last.column === c) last.quality = Math.max(last.quality, fits);
      else found.hits.push((last = { column: c, quality: fits }));
    }
    if (!found.hits.length) return;
    found.column = new Uint8Array(index.size);
    found.best = new Int32Array(index.size);
    found.hits.forEach(function (hit) {
      var quality = Math.round(hit.quality * OF_COLUMN);
      having(index, hit.column, needed, function (e) {
        if (quality > found.column[e]) {
          found.column[e] = quality;
          found.best[e] = hit.column;
        }
      });
    });
  }

  /* Calls `each` with every entry that has the column. */
  function having(index, c, needed, each) {
    var k = 0;
    while (index.columnStarts[k + 1] <= c) k++;
    var shard = index.columnShards[k];
    if (shard) unpack(shard, c - index.columnStarts[k], each);
    else need(index, "search/columns-" + k, needed);
  }

  function inDescriptions(index, found, needed) {
    var term = foldWord(found.text);
    if (term.length < index.data.shortest || !index.data.words.length) return;
    var firsts = index.data.words;
    var k = 0;
    while (k + 1 < firsts.length && firsts[k + 1] <= term) k++;
    for (var left = SHARDS; left && k < firsts.length; left--, k++) {
      if (firsts[k] > term && firsts[k].indexOf(term) !== 0) break;
      var shard = index.wordShards[k];
      if (shard) inShard(index, shard, term, found);
      else need(index, "search/descriptions-" + k, needed);
    }
  }

  function inShard(index, shard, term, found) {
    var text = shard.words.raw;
    var starts = shard.words.starts;
    var low = 0;
    var high = shard.words.count;
    while (low < high) {
      var middle = (low + high) >> 1;
      if (text.slice(starts[middle], starts[middle + 1] - 1) < term) low = middle + 1;
      else high = middle;
    }
    found.said = found.said || new Uint8Array(index.size);
    for (; low < shard.words.count && text.startsWith(term, starts[low]); low++) {
      var whole = starts[low + 1] - 1 - starts[low] === term.length;
      unpack(shard.postings, low, function (code) {
        var quality = code & 1 ? (whole ? COLUMN_SAYS : COLUMN_SAYS_PREFIX) : whole ? SAYS : SAYS_PREFIX;
        if (quality > found.said[code >> 1]) found.said[code >> 1] = quality;
      });
    }
  }

  /* Calls `each` with the numbers of a line: differences of base 36, as `packed` of postings.py writes them. */
  function unpack(lines, at, each) {
    var text = lines.raw;
    var sum = 0;
    var number = 0;
    for (var i = lines.starts[at], end = lines.starts[at + 1] - 1; i <= end; i++) {
      var code = i < end ? text.charCodeAt(i) : 44;
      if (code === 44) {
        sum += number;
        number = 0;
        each(sum);
      } else number = number * 36 + (code < 58 ? code - 48 : code - 87);
    }
  }

  function need(index, key, needed) {
    if (!index.missing[key]) needed[key] = true;
  }

  /* ---- the order ---- */

  /* What `query` finds: `limit` of each kind, best first, the kind with the best one first.

     With the limit Infinity entries alone, those too that only have such a column. `needed` are the shards that would tell more; without any, and without a find, one typo is forgiven. */
  function run(index, query, limit) {
    var found = once(index, query, limit);
    if (found.total || found.needed.length || !found.query.terms.length) return found;
    var apart = query.replace(/(^|\s)([^\s:]+)(?=\s|$)/g, function (_, space, word) {
      return space + word.replace(/[^A-Za-z0-9\u0080-\uffff]+/g, " ");
    });
    if (apart.trim() !== query.trim()) {
      found = once(index, apart, limit);
      if (found.total || found.needed.length) return found;
    }
    return typos(index, found, apart, limit);
  }

  function once(index, query, limit) {
    var parsed = parse(index, query);
    var needed = {};
    var mask = masked(index, parsed.filters);
    var terms = parsed.terms.map(function (term) { return look(index, term, needed); });
    var tops = {};
    KINDS.forEach(function (kind) { tops[kind] = top(limit); });
    if (terms.length || mask) {
      entries(index, terms, mask, tops, limit < Infinity);
      if (limit < Infinity) columns(index, terms, mask, tops.column, needed);
    }
    var groups = KINDS.map(function (kind) {
      return { kind: kind, total: tops[kind].total, items: tops[kind].best() };
    }).filter(function (group) { return group.total; });
    groups.sort(function (a, b) {
      return b.items[0].quality - a.items[0].quality || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind);
    });
    if (limit < Infinity) groups.forEach(function (group) {
      group.items.forEach(function (item) { item.why = why(index, item, terms); });
    });
    return {
      query: parsed, groups: groups, needed: Object.keys(needed), corrected: null,
      total: groups.reduce(function (sum, group) { return sum + group.total; }, 0),
    };
  }

  /* All that every term fits. `apart`: what one term finds by its column alone is told by the column. */
  function entries(index, terms, mask, tops, apart) {
    var phrase = terms.map(function (term) { return term.text; }).join("_");
    for (var e = 0; e < index.size; e++) {
      if (mask && !mask[e]) continue;
      var sum = 0;
      var byColumn = terms.length === 1;
      for (var t = 0; t < terms.length; t++) {
        var term = terms[t];
        var name = term.name[e];
        var column = term.column ? term.column[e] : 0;
        var said = term.said ? term.said[e] : 0;
        var best = Math.max(name, column, said);
        if (!best) break;
        sum += best;
        if (name >= column) byColumn = false;
      }
      if (t < terms.length) continue;
      var quality = terms.length ? Math.round(sum / terms.length) : 0;
      if (terms.length > 1) quality = Math.max(quality, ofPhrase(index, e, phrase));
      if (byColumn && apart) continue;
      tops[value(index, "kind", e)].take(quality, index.weight[e], { entry: e, column: -1 });
    }
  }

  /* Several words are the name of it, one after the other. */
  function ofPhrase(index, e, phrase) {
    var stem = index.lines.folded.slice(index.nameAt[e], index.stemAt[e]);
    if (stem.length < phrase.length) return 0;
    stem = stem.replace(/[^a-z0-9\u0080-\uffff]+/g, "_");
    return stem === phrase ? EXACT : stem.indexOf(phrase) === 0 ? PREFIX_WORD : 0;
  }

  /* Columns that at least one term fits, where all others fit it or what it is a column of. */
  function columns(index, terms, mask, into, needed) {
    var hits = new Map();
    terms.forEach(function (term, t) {
      term.hits.forEach(function (hit) {
        if (!hits.has(hit.column)) hits.set(hit.column, new Uint8Array(terms.length));
        hits.get(hit.column)[t] = Math.round(hit.quality * AS_COLUMN);
      });
    });
    hits.forEach(function (fits, c) {
      var length = index.columns.starts[c + 1] - index.columns.starts[c];
      having(index, c, needed, function (e) {
        if (mask && !mask[e]) return;
        var sum = 0;
        for (var t = 0; t < fits.length; t++) {
          var best = fits[t] || terms[t].name[e];
          if (!best) return;
          sum += best;
        }
        into.take(Math.round(sum / fits.length), index.weight[e] - length, { entry: e, column: c });
      });
    });
  }

  /* The best `limit` of all that are offered; of equals those that came first. */
  function top(limit) {
    var items = [];
    return {
      total: 0,
      best: function () {
        return limit < Infinity ? items : items.sort(function (a, b) { return b.key - a.key; });
      },
      take: function (quality, weight, item) {
        this.total++;
        var key = quality * 1e10 + weight;
        if (items.length === limit && key <= items[limit - 1].key) return;
        item.key = key;
        item.quality = quality;
        if (limit === Infinity) {
          items.push(item);
          return;
        }
        var low = 0;
        var high = items.length;
        while (low < high) {
          var middle = (low + high) >> 1;
          if (items[middle].key >= key) low = middle + 1;
          else high = middle;
        }
        items.splice(low, 0, item);
        if (items.length > limit) items.pop();
      },
    };
  }

  /* In words, what else than the name of a find a term was found in. */
  function why(index, item, terms) {
    var reasons = [];
    var add = function (reason) {
      if (reasons.indexOf(reason) < 0) reasons.push(reason);
    };
    terms.forEach(function (term) {
      var e = item.entry;
      var name = term.name[e];
      if (item.column >= 0 && fold(line(index.columns, item.column)).indexOf(term.text) >= 0) return;
      if (term.column && term.column[e] > name && item.column < 0) add("column " + line(index.columns, term.best[e]));
      else if (term.said && term.said[e] > name) {
        add(term.said[e] < SAYS_PREFIX ? "a column's description" : "its description");
      } else if (fold(label(index, e)).indexOf(term.text) < 0) {
        ["domain", "owner", "tag", "class"].some(function (field) {
          var one = [].concat(value(index, field, e)).find(function (part) { return part && fitOf(part, term.text); });
          if (one) add((field === "class" ? "classification" : field) + " " + one);
          return one;
        });
      }
    });
    return reasons;
  }

  /* ---- typos ---- */

  function typos(index, nothing, query, limit) {
    var terms = nothing.query.terms;
    for (var at = 0; at < terms.length; at++) {
      if (terms[at].text.length < LONG_ENOUGH) continue;
      var near = nearest(index, terms[at].text);
      for (var k = 0; k < near.length; k++) {
        var instead = query.replace(/\S+/g, function (part) {
          var start = part.indexOf(":") + 1;
          return fold(part.slice(start)) === terms[at].text ? part.slice(0, start) + near[k] : part;
        });
        var found = once(index, instead, limit);
        if (found.total || found.needed.length) {
          found.corrected = instead;
          return found;
        }
      }
    }
    return nothing;
  }

  /* Words of the index that are one edit away: whole ones before beginnings, frequent ones before rare ones. */
  function nearest(index, text) {
    index.words = index.words || vocabulary(index);
    var found = [];
    index.words.forEach(function (count, word) {
      if (word.length < text.length - 1) return;
      var whole = isNear(text, word, false);
      if (whole || isNear(text, word, true)) found.push({ word: word, rank: (whole ? 1e9 : 0) + count });
    });
    found.sort(function (a, b) { return b.rank - a.rank || (a.word < b.word ? -1 : 1); });
    return found.slice(0, TRIES).map(function (one) { return one.word; });
  }

  function vocabulary(index) {
    var words = new Map();
    var texts = [index.lines, index.columns].map(function (lines) { return lines ? lines.raw : ""; });
    texts.push(index.fields.domain.values.join("\n"));
    texts.forEach(function (text) {
      fold(text.replace(/([a-z0-9])([A-Z])/g, "$1 $2")).split(/[^a-z0-9\u0080-\uffff]+/).forEach(function (word) {
        if (word.length >= LONG_ENOUGH - 1) words.set(word, (words.get(word) || 0) + 1);
      });
    });
    return words;
  }

  /* Whether one letter too many, too few, wrong, or two that changed places make `word`, or its `beginning`. */
  function isNear(text, word, beginning) {
    if (!beginning && Math.abs(text.length - word.length) > 1) return false;
    var at = 0;
    while (at < text.length && text[at] === word[at]) at++;
    var rest = function (from, of) {
      var tail = text.slice(from);
      return beginning ? word.startsWith(tail, of) : word.slice(of) === tail;
    };
    return (
      rest(at + 1, at + 1) || rest(at + 1, at) || rest(at, at + 1) ||
      (text[at] === word[at + 1] && text[at + 1] === word[at] && rest(at + 2, at + 2))
    );
  }

  /* ---- for those who show it ---- */

  /* Where terms are in `text`, as `[from, to]`, in order, none over another. */
  function marks(text, terms) {
    var folded = fold(text);
    var found = [];
    terms.forEach(function (term) {
      if (!term.text) return;
      for (var at = folded.indexOf(term.text); at >= 0; at = folded.indexOf(term.text, at + term.text.length)) {
        found.push([at, at + term.text.length]);
      }
    });
    found.sort(function (a, b) { return a[0] - b[0] || b[1] - a[1]; });
    return found.reduce(function (kept, one) {
      var last = kept[kept.length - 1];
      if (last && one[0] <= last[1]) last[1] = Math.max(last[1], one[1]);
      else kept.push(one);
      return kept;
    }, []);
  }

  var opened = null;

  /* The index, once its names are loaded. */
  M.search.index = function () {
    opened = opened || M.load("search/names").then(open);
    opened.catch(function () { opened = null; });
    return opened;
  };

  /* Loads `keys` into the index; what is missing is never asked for again. */
  M.search.fetch = function (index, keys) {
    return Promise.all(keys.map(function (key) {
      return M.load(key).then(
        function (data) { give(index, key, data); },
        function () { give(index, key, null); }
      );
    }));
  };

  /* Calls `show` with what is found so far, and again whenever more shards are there; it returns whether to go on. */
  function ask(query, limit, show) {
    return M.search.index().then(function step(index) {
      var found = run(index, query, limit);
      if (show(found, index) === false || !found.needed.length) return found;
      return M.search.fetch(index, found.needed).then(function () { return step(index); });
    });
  }
})();

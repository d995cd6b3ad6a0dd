/* A layered layout, upstream on the left: longest path, then barycentre sweeps. A few milliseconds for 150 boxes. */
(function () {
  "use strict";

  var SWEEPS = 6;

  /* The rank of each box from its edges, `[source, target]` by index; an edge that closes a circle does not count. */
  M.ranks = function (count, edges) {
    var outgoing = lists(count);
    var incoming = lists(count);
    edges.forEach(function (edge) {
      outgoing[edge[0]].push(edge[1]);
    });
    var order = [];
    var state = new Uint8Array(count); // 1: on the way, 2: done
    for (var start = 0; start < count; start++) if (!state[start]) visit(start);
    order.reverse();
    var rank = new Int32Array(count);
    order.forEach(function (at) {
      outgoing[at].forEach(function (to) {
        rank[to] = Math.max(rank[to], rank[at] + 1);
      });
    });
    // What nothing goes into stands right before what reads it, not in the first column.
    order.forEach(function (at) {
      if (incoming[at].length || !outgoing[at].length) return;
      rank[at] = Math.min.apply(null, outgoing[at].map(function (to) { return rank[to]; })) - 1;
    });
    return rank;

    function visit(from) {
      var path = [[from, 0]];
      state[from] = 1;
      while (path.length) {
        var top = path[path.length - 1];
        var at = top[0];
        if (top[1] >= outgoing[at].length) {
          state[at] = 2;
          order.push(at);
          path.pop();
          continue;
        }
        var to = outgoing[at][top[1]];
        if (state[to] === 1) {
          outgoing[at].splice(top[1], 1); // closes a circle
          continue;
        }
        top[1]++;
        incoming[to].push(at);
        if (!state[to]) {
          state[to] = 1;
          path.push([to, 0]);
        }
      }
    }
  };

  /* Sets `x` and `y` of each box; boxes have `rank`, `width` and `height`. Edges are `[source, target, weight]`. */
  M.place = function (boxes, edges, gap) {
    var near = boxes.map(function () { return { up: [], down: [] }; });
    edges.forEach(function (edge) {
      near[edge[0]].down.push(edge[1]);
      near[edge[1]].up.push(edge[0]);
    });
    var layers = layered(boxes);
    var position = new Float64Array(boxes.length);
    layers.forEach(number);
    for (var sweep = 0; sweep < SWEEPS; sweep++) {
      var side = sweep % 2 ? "down" : "up";
      (sweep % 2 ? layers.slice().reverse() : layers).forEach(function (layer) {
        var wanted = layer.map(function (at) { return mean(near[at][side], position, position[at]); });
        var sorted = layer.map(function (at, index) { return [wanted[index], index, at]; });
        sorted.sort(function (a, b) { return a[0] - b[0] || a[1] - b[1]; });
        sorted.forEach(function (one, index) { layer[index] = one[2]; });
        number(layer);
      });
    }
    var x = 0;
    layers.forEach(function (layer) {
      var width = 0;
      layer.forEach(function (at) {
        boxes[at].x = x;
        width = Math.max(width, boxes[at].width);
      });
      x += width + gap.x;
      stack(layer);
    });
    var centres = new Float64Array(boxes.length);
    for (sweep = 0; sweep < SWEEPS; sweep++) {
      boxes.forEach(function (box, at) { centres[at] = box.y + box.height / 2; });
      (sweep % 2 ? layers.slice().reverse() : layers).forEach(function (layer) {
        settle(layer, layer.map(function (at) {
          return mean(near[at].up.concat(near[at].down), centres, centres[at]) - boxes[at].height / 2;
        }));
        layer.forEach(function (at) { centres[at] = boxes[at].y + boxes[at].height / 2; });
      });
    }
    var top = Math.min.apply(null, boxes.map(function (box) { return box.y; }));
    boxes.forEach(function (box) { box.y -= top; });

    function number(layer) {
      layer.forEach(function (at, index) { position[at] = (index + 0.5) / layer.length; });
    }

    /* One below the other, the whole centred on 0. */
    function stack(layer) {
      var height = layer.reduce(function (sum, at) { return sum + boxes[at].height + gap.y; }, -gap.y);
      var y = -height / 2;
      layer.forEach(function (at) {
        boxes[at].y = y;
        y += boxes[at].height + gap.y;
      });
    }

    /* As near to where each box wants to be as it can be without one lying on another. */
    function settle(layer, wanted) {
      var blocks = [];
      layer.forEach(function (at, index) {
        var block = { want: wanted[index], count: 1, height: boxes[at].height + gap.y, items: [at] };
        block.y = block.want;
        blocks.push(block);
        while (blocks.length > 1) {
          var last = blocks[blocks.length - 1];
          var before = blocks[blocks.length - 2];
          if (before.y + before.height <= last.y) break;
          blocks.pop();
          before.want += last.want - before.height * last.count;
          before.count += last.count;
          before.height += last.height;
          before.items = before.items.concat(last.items);
          before.y = before.want / before.count;
        }
      });
      blocks.forEach(function (block) {
        var y = block.y;
        block.items.forEach(function (at) {
          boxes[at].y = y;
          y += boxes[at].height + gap.y;
        });
      });
    }
  };

  function lists(count) {
    return Array.from({ length: count }, function () { return []; });
  }

  function layered(boxes) {
    var lowest = Math.min.apply(null, boxes.map(function (box) { return box.rank; }));
    var layers = [];
    boxes.forEach(function (box, at) {
      var layer = box.rank - lowest;
      (layers[layer] = layers[layer] || []).push(at);
    });
    return layers.filter(Boolean);
  }

  function mean(indexes, values, otherwise) {
    if (!indexes.length) return otherwise;
    return indexes.reduce(function (sum, at) { return sum + values[at]; }, 0) / indexes.length;
  }
})();

// scripts.mjs FILE.script...   Checks that scripts are ECMAScript 3 in ASCII, and runs them in a Photoshop of a few lines.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import vm from 'node:vm';
import { parse } from 'acorn';

// Layers lie in lists, the uppermost first.
function photoshop(folder) {
  const log = { opened: [], alerts: [], rate: null };
  const make = (name, path) => {
    const layer = { name, path, blendMode: 'normal' };
    layer.move = target => {
      layer.parent.layers.splice(layer.parent.layers.indexOf(layer), 1);
      put(layer, target);
    };
    return layer;
  };
  const put = (layer, target) => { target.layers.unshift(layer); layer.parent = target; document.activeLayer = layer; };
  const document = { layers: [], layerSets: { add: () => { const group = Object.assign(make('Group'), { layers: [] }); put(group, document); return group; } } };
  class Descriptor { constructor() { this.fields = {}; } }
  for (const put of ['List', 'Path', 'Reference', 'Double', 'Object', 'Class', 'Property'])
    Descriptor.prototype[`put${put}`] = function (...given) { this.fields[given.length > 1 ? given[0] : 'item'] = given.at(-1); };
  function File(uri) { this.fsName = decodeURI(uri); this.exists = true; this.parent = { absoluteURI: encodeURI(folder) }; }
  const actions = {
    addLayerFromFile: ({ fileList }) => { const { fsName } = fileList.fields.item; put(make('Layer', fsName), document); },
    set: ({ null: target, frameRate }) => { assert.deepEqual(target.fields, { property: 'documentTimelineSettings', item: 'timeline' }); log.rate = frameRate; },
    make: ({ using }) => put(make(using.fields.type), document),
  };
  const world = {
    app: { activeDocument: document, bringToFront() {}, open: file => { log.opened.push(file.fsName); put(make('Layer 1', file.fsName), document); } },
    File, ActionDescriptor: Descriptor, ActionList: Descriptor, ActionReference: Descriptor, $: { fileName: join(folder, 'a.jsx') },
    executeAction: (id, action) => actions[id](action.fields), stringIDToTypeID: name => name, alert: text => log.alerts.push(text),
    DialogModes: { NO: 0 }, ElementPlacement: { PLACEATBEGINNING: 0 }, BlendMode: { MULTIPLY: 'multiply', LINEARDODGE: 'add' },
  };
  return { world, log, document };
}

const shape = layers => layers.map(l => ({ name: l.name, blend: l.blendMode, ...(l.layers && { layers: shape(l.layers) }) }));
const plain = name => ({ name, blend: 'normal' });

function expectedShape({ videos, masked }) {
  if (!masked) return videos.map(plain).reverse();
  const above = videos.at(-1);
  return [
    { name: above, blend: 'add', layers: [{ name: 'mask', blend: 'multiply' }, plain(above)] },
    { name: 'mask (inverted)', blend: 'multiply', layers: [plain('invert'), plain('mask')] },
    ...videos.slice(0, -1).map(plain).reverse(),
  ];
}

for (const path of process.argv.slice(2)) {
  const about = JSON.parse(readFileSync(path, 'utf8'));
  const script = readFileSync(join(dirname(path), about.script), 'utf8');
  assert.match(script, /^[\n\x20-\x7e]*$/);
  parse(script, { ecmaVersion: 3 });
  const { world, log, document } = photoshop('/a folder');
  vm.runInNewContext(script, world);
  assert.deepEqual(log.alerts, []);
  assert.deepEqual(shape(document.layers), expectedShape(about));
  assert.deepEqual(log.rate, about.rate > 0 ? about.rate : null);
  const absolute = name => (/^(\/|[A-Z]:)/.test(name) ? name : `/a folder/${name}`);
  assert.deepEqual(log.opened, [absolute(about.videos[0])]);
  if (!about.masked) assert.deepEqual(document.layers.map(l => l.path).reverse(), about.videos.map(absolute));
  console.log(`${about.script}: ECMAScript 3, and makes the layers that it should`);
}

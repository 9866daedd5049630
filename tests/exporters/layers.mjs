// layers.mjs FILE.json...   Compares documents with what was written: layers as ag-psd and psd.js read them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { initializeCanvas, readPsd } from 'ag-psd';
import psdjs from 'psd';
import { load } from './expected.mjs';

const pixelsOnly = (width, height) => ({ width, height, data: new Uint8ClampedArray(width * height * 4) });
initializeCanvas(() => { throw new Error('no canvas here'); }, pixelsOnly);

// Not deepEqual: it takes minutes to say where two pictures differ.
function assertSame(actual, expected, what) {
  assert.equal(actual.length, expected.length, `${what}: size`);
  const at = actual.findIndex((sample, i) => sample !== expected[i]);
  assert.equal(at, -1, `${what}: sample ${at} is ${actual[at]}, expected ${expected[at]}`);
}

function compareMask(found, layer, left, top, what) {
  if (!layer.mask) return assert.equal(found.mask, undefined, what);
  const { width, height, data } = layer.mask;
  const place = { left: found.mask.left, top: found.mask.top, right: found.mask.right, bottom: found.mask.bottom };
  assert.deepEqual(place, { left, top, right: left + width, bottom: top + height }, what);
  assertSame(found.mask.imageData.data.filter((_, i) => i % 4 === 0), data, `${what}: mask`);
}

function compareLayer(found, layer, what) {
  assert.equal(found.name, layer.name, what);
  const blend = layer.blend === 'pass' ? 'pass through' : layer.blend;
  assert.deepEqual([found.blendMode, Math.round(found.opacity * 255), !found.hidden], [blend, layer.opacity, layer.visible], what);
  if (layer.layers) {
    compareMask(found, layer, 0, 0, what);
    return compareLayers(found.children, layer.layers, what);
  }
  const { width, height, data } = layer.pixels;
  const { left, top } = layer;
  assert.deepEqual([found.left, found.top, found.right, found.bottom], [left, top, left + width, top + height], what);
  compareMask(found, layer, left, top, what);
  if (width > 0) assertSame(found.imageData.data, data, what);
}

function compareLayers(found, layers, what) {
  assert.deepEqual(found.map(l => l.name), layers.map(l => l.name), what);
  layers.forEach((layer, i) => compareLayer(found[i], layer, `${what} / ${layer.name.slice(0, 20)}`));
}

function compareResources(psd, document, what) {
  const { imageResources: found } = psd;
  assert.equal(found.resolutionInfo.horizontalResolution, document.ppi, what);
  assert.ok(found.iccUntaggedProfile === undefined && found.thumbnailRaw.data.length > 0, what);
  const xml = text => text.replace(/[&<>"']/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' })[c]);
  for (const text of [document.title, document.source]) assert.ok(found.xmpMetadata.includes(`>${xml(text)}<`), what);
}

// psd.js reads neither PSB nor layers of 16 bits, and tells the ends of groups by their usual name.
function compareWithPsdjs(bytes, document, what) {
  const groupEnd = document.layers.some(l => l.name === '</Layer group>');
  if (document.depth !== 8 || bytes[5] !== 1 || groupEnd) return;
  const psd = new psdjs(new Uint8Array(bytes));
  psd.parse();
  const tree = nodes => nodes.map(n => ({ name: n.name, visible: n.visible, children: n.children && tree(n.children) })).reverse();
  const expected = layers => layers.map(l => ({ name: l.name, visible: l.visible, children: l.layers && expected(l.layers) }));
  assert.deepEqual(tree(psd.tree().export().children), expected(document.layers), what);
}

for (const path of process.argv.slice(2)) {
  const document = load(path);
  const bytes = readFileSync(join(dirname(path), document.file));
  // It unpacks no merged image of 16 bits with alpha; the merged images are for others to read.
  const psd = readPsd(bytes, { useImageData: true, useRawThumbnail: true, skipCompositeImageData: true, throwForMissingFeatures: true });
  assert.deepEqual([psd.width, psd.height, psd.bitsPerChannel], [document.width, document.height, document.depth], path);
  compareLayers(psd.children, document.layers, document.file);
  compareResources(psd, document, document.file);
  compareWithPsdjs(bytes, document, document.file);
  console.log(`${document.file}: layers, masks, names as written`);
}

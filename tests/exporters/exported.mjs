// exported.mjs FILE.psd NAME...   A document out of a pipeline: ag-psd finds these layers, the lowest first, and each mask shows exactly where
// the layer differs from the one below.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { initializeCanvas, readPsd } from 'ag-psd';

const [path, ...names] = process.argv.slice(2);
initializeCanvas(() => { throw new Error('no canvas here'); }, (width, height) => ({ width, height, data: new Uint8ClampedArray(width * height * 4) }));
const psd = readPsd(readFileSync(path), { useImageData: true, skipCompositeImageData: true, skipThumbnail: true, throwForMissingFeatures: true });
assert.deepEqual(psd.children.map(layer => layer.name), names);
assert.equal(psd.children[0].mask, undefined);

const full = psd.bitsPerChannel === 8 ? 255 : 65535;
let shown = 0;
psd.children.slice(1).forEach(({ name, mask, imageData: { data } }, i) => {
  const below = psd.children[i].imageData.data;
  for (let at = 0; at < data.length; at += 4) {
    const differs = [0, 1, 2, 3].some(c => data[at + c] !== below[at + c]);
    assert.equal(mask.imageData.data[at], differs ? full : 0, `${name}: mask at pixel ${at / 4}`);
    shown += differs ? 1 : 0;
  }
});
assert.ok(shown > 1000 && shown < psd.width * psd.height, `${shown} pixels differ`);
console.log(`${path}: ${names.join(', ')}, ${psd.bitsPerChannel} bits, masks where layers differ`);

// What was written into a document, with its samples.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function samples(path, depth) {
  const bytes = readFileSync(path);
  return depth === 8 ? new Uint8Array(bytes) : new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

function fill(folder, layers, depth) {
  for (const layer of layers) {
    if (layer.layers) fill(folder, layer.layers, depth);
    for (const pixels of [layer.pixels, layer.mask]) if (pixels) pixels.data = samples(join(folder, pixels.file), depth);
  }
}

export function load(path) {
  const document = JSON.parse(readFileSync(path, 'utf8'));
  fill(dirname(path), document.layers, document.depth);
  return document;
}

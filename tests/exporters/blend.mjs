// What the layers of a document look like together, one pixel after the other, by the formulas of "Compositing and Blending" (W3C).
const modes = {
  normal: (below, above) => above,
  multiply: (below, above) => below * above,
  screen: (below, above) => 1 - (1 - below) * (1 - above),
  overlay: (below, above) => (below <= 0.5 ? 2 * below * above : 1 - 2 * (1 - below) * (1 - above)),
  darken: Math.min,
  lighten: Math.max,
  difference: (below, above) => Math.abs(below - above),
};

// Colours are not multiplied by alpha here.
function over(below, above, alpha, mode) {
  const result = below[3] + alpha - below[3] * alpha;
  if (result === 0) return [0, 0, 0, 0];
  const color = [0, 1, 2].map(c => {
    const mixed = (1 - below[3]) * above[c] + below[3] * modes[mode](below[c], above[c]);
    return ((1 - alpha) * below[3] * below[c] + alpha * mixed) / result;
  });
  return [...color, result];
}

const covered = (layer, full, index) => (layer.opacity / 255) * (layer.mask ? layer.mask.data[index] / full : 1);

function fade(from, to, share) {
  const alpha = from[3] * (1 - share) + to[3] * share;
  if (alpha === 0) return [0, 0, 0, 0];
  return [...[0, 1, 2].map(c => (from[c] * from[3] * (1 - share) + to[c] * to[3] * share) / alpha), alpha];
}

function blendLayers(layers, document, x, y, start) {
  let pixel = start;
  for (const layer of layers) {
    if (!layer.visible) continue;
    if (layer.layers) {
      const share = covered(layer, document.full, y * document.width + x);
      const through = layer.blend === 'pass';
      const own = blendLayers(layer.layers, document, x, y, through ? pixel : [0, 0, 0, 0]);
      pixel = through ? fade(pixel, own, share) : over(pixel, own, own[3] * share, layer.blend);
      continue;
    }
    const { width, height, data } = layer.pixels;
    const [left, top] = [x - layer.left, y - layer.top];
    if (left < 0 || top < 0 || left >= width || top >= height) continue;
    const index = top * width + left;
    const above = Array.from(data.subarray(index * 4, index * 4 + 4), sample => sample / document.full);
    pixel = over(pixel, above, above[3] * covered(layer, document.full, index), layer.blend);
  }
  return pixel;
}

// Samples of the merged image, not rounded: colours on white, and alpha.
export function blendDocument(document) {
  document.full = document.depth === 8 ? 255 : 65535;
  const samples = new Float64Array(document.width * document.height * 4);
  for (let y = 0; y < document.height; y += 1)
    for (let x = 0; x < document.width; x += 1) {
      const [red, green, blue, alpha] = blendLayers(document.layers, document, x, y, [0, 0, 0, 0]);
      const shown = [red, green, blue].map(c => c * alpha + 1 - alpha);
      [...shown, alpha].forEach((value, c) => { samples[(y * document.width + x) * 4 + c] = value * document.full; });
    }
  return samples;
}

// merged.mjs FILE.json READER.raw LARGEST   Compares the merged image, as a program read it into RGBA samples, with a blending of our own.
import assert from 'node:assert/strict';
import { blendDocument } from './blend.mjs';
import { load, samples } from './expected.mjs';

const [path, file, largest] = process.argv.slice(2);
const document = load(path);
const found = samples(file, document.depth);
const expected = blendDocument(document);
assert.equal(found.length, expected.length, `${file}: size`);
const worst = found.reduce((most, sample, i) => Math.max(most, Math.abs(sample - expected[i])), 0);
assert.ok(worst < Number(largest), `${file}: differs by ${worst} from what the layers make`);

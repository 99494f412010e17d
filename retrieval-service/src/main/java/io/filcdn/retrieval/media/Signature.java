package io.filcdn.retrieval.media;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The bytes by which a format is known: those that it begins with, and others at a place of their
 * own. A head is the first bytes of a piece, a character each.
 */
record Signature(String type, String start, int at, String then) {

  /** In the order in which they are tried: one that is a part of another comes after it. */
  private static final List<Signature> ALL =
      List.of(
          // images
          hex("89504e470d0a1a0a", "image/png"),
          hex("ffd8ff", "image/jpeg"),
          text("GIF87a", "image/gif"),
          text("GIF89a", "image/gif"),
          text("RIFF", "image/webp").with(8, "WEBPVP"),
          // four bytes of size, then four that are reserved
          text("BM", "image/bmp").with(6, "\0\0\0\0"),
          hex("00000100", "image/x-icon"),
          hex("00000200", "image/x-icon"),
          hex("49492a00", "image/tiff"),
          hex("4d4d002a", "image/tiff"),
          hex("49492b00", "image/tiff"),
          hex("4d4d002b", "image/tiff"),
          hex("0000000c4a584c200d0a870a", "image/jxl"),
          hex("ff0a", "image/jxl"),
          hex("0000000c6a5020200d0a870a", "image/jp2"),
          hex("ff4fff51", "image/j2c"),
          hex("4949bc", "image/jxr"),
          text("8BPS\0", "image/vnd.adobe.photoshop"),
          hex("762f3101", "image/x-exr"),
          hex("ab4b5458203230bb0d0a1a0a", "image/ktx2"),
          hex("ab4b5458203131bb0d0a1a0a", "image/ktx"),
          text("DDS |\0\0\0", "image/vnd.ms-dds"),
          text("AT&TFORM", "image/vnd.djvu").with(12, "DJV"),
          hex("d7cdc69a", "image/wmf"),
          hex("01000000", "image/emf").with(40, " EMF"),
          text("SIMPLE  =", "image/fits"),
          text("", "application/dicom").with(128, "DICM"),
          // sound and film
          text("ID3", "audio/mpeg").with(4, "\0"),
          text("fLaC", "audio/flac"),
          text("RIFF", "audio/wav").with(8, "WAVE"),
          text("RF64", "audio/wav").with(8, "WAVE"),
          text("FORM", "audio/aiff").with(8, "AIF"),
          text(".snd", "audio/basic"),
          text("MThd\0\0\0\6", "audio/midi"),
          text("#!AMR\n", "audio/AMR"),
          text("#!AMR-WB\n", "audio/AMR-WB"),
          text("wvpk", "audio/x-wavpack"),
          text("MAC ", "audio/x-ape").with(6, "\0\0"),
          text("RIFF", "video/avi").with(8, "AVI "),
          hex("000001ba", "video/mpeg"),
          hex("000001b3", "video/mpeg"),
          text("FLV\1", "video/x-flv"),
          hex("3026b2758e66cf11a6d900aa0062ce6c", "video/x-ms-asf"),
          text("DKIF\0\0", "video/x-ivf"),
          hex("060e2b34020501010d0102", "application/mxf"),
          // fonts and models
          text("wOFF", "font/woff"),
          text("wOF2", "font/woff2"),
          text("OTTO\0", "font/otf"),
          text("ttcf\0", "font/collection"),
          hex("0001000000", "font/ttf"),
          text("true\0", "font/ttf"),
          text("", "application/vnd.ms-fontobject").with(8, "\1\0\2\0"),
          text("", "application/vnd.ms-fontobject").with(8, "\2\0\2\0"),
          text("glTF", "model/gltf-binary").with(5, "\0\0\0"),
          // archives
          hex("1f8b08", "application/gzip"),
          text("BZh", "application/x-bzip2").with(4, "1AY&SY"),
          hex("fd377a585a00", "application/x-xz"),
          hex("28b52ffd", "application/zstd"),
          hex("04224d18", "application/x-lz4"),
          hex("377abcaf271c", "application/x-7z-compressed"),
          text("Rar!\032\7", "application/vnd.rar"),
          text("", "application/x-tar").with(257, "ustar\0"),
          text("", "application/x-tar").with(257, "ustar  \0"),
          text("MSCF\0\0\0\0", "application/vnd.ms-cab-compressed"),
          text("!<arch>\n", "application/vnd.debian.binary-package").with(8, "debian-binary"),
          hex("edabeedb", "application/x-rpm"),
          // documents and data
          text("%PDF-", "application/pdf"),
          text("%!PS-Adobe-", "application/postscript"),
          text("{\\rtf", "application/rtf"),
          hex("d0cf11e0a1b11ae1", "application/x-ole-storage"),
          text("", "application/x-mobipocket-ebook").with(60, "BOOKMOBI"),
          text("SQLite format 3\0", "application/geopackage+sqlite3").with(68, "GPKG"),
          text("SQLite format 3\0", "application/vnd.sqlite3"),
          text("PAR1", "application/vnd.apache.parquet"),
          text("ARROW1\0\0", "application/vnd.apache.arrow.file"),
          text("PMTiles\3", "application/vnd.pmtiles"),
          text("fgb\3fgb", "application/flatgeobuf"),
          text("LASF", "application/vnd.las"),
          hex("894844460d0a1a0a", "application/x-hdf5"),
          text("CDF\1", "application/x-netcdf"),
          text("CDF\2", "application/x-netcdf"),
          text("CDF\5", "application/x-netcdf"),
          hex("934e554d5059", "application/x-npy"),
          hex("d9d9f7", "application/cbor"),
          text("\0asm", "application/wasm"),
          text("WARC/1.", "application/warc"),
          text("d8:announce", "application/x-bittorrent"),
          // a CAR's header is a CBOR map behind its length, or the pragma of version 2
          hex("0aa16776657273696f6e02", "application/vnd.ipld.car"),
          text("", "application/vnd.ipld.car").with(1, "\242eroots"),
          text("", "application/vnd.ipld.car").with(2, "\242eroots"));

  private static Signature hex(String start, String type) {
    return text(new String(HexFormat.of().parseHex(start), ISO_8859_1), type);
  }

  private static Signature text(String start, String type) {
    return new Signature(type, start, 0, "");
  }

  private Signature with(int place, String also) {
    return new Signature(type, start, place, also);
  }

  /** The type of what begins so, where it is one that a few bytes tell. */
  static Optional<String> typeOf(String head) {
    for (Signature signature : ALL) {
      if (head.startsWith(signature.start) && head.startsWith(signature.then, signature.at)) {
        return Optional.of(signature.type);
      }
    }
    return Optional.empty();
  }
}

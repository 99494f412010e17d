package io.filcdn.retrieval.media;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The formats that hold others: what such a file is, its first bytes tell by what they say of their
 * contents. A head is the first bytes of a piece, a character each.
 */
final class Container {

  private static final Set<String> WITHOUT_CONTENT = Set.of("free", "skip", "wide");
  private static final Set<String> OF_QUICKTIME = Set.of("moov", "mdat", "pnot");
  private static final Set<String> OF_FRAGMENTS = Set.of("moof", "sidx", "emsg", "prft");

  private static final int TS_PACKET = 188;
  private static final int M2TS_PACKET = 192;
  private static final int ZIP_NAME = 30;

  private Container() {}

  /** The type of what begins so, where it is one of these. */
  static Optional<String> typeOf(String head) {
    return boxes(head)
        .or(() -> matroska(head))
        .or(() -> ogg(head))
        .or(() -> zip(head))
        .or(() -> Frames.typeOf(head))
        .or(() -> transportStream(head));
  }

  /** ISO base media files (ISO/IEC 14496-12) and QuickTime's: boxes of a size and a type. */
  private static Optional<String> boxes(String head) {
    int at = 0;
    while (at + 8 <= head.length()) {
      String box = head.substring(at + 4, at + 8);
      long size = number(head, at);
      if (box.equals("ftyp") || box.equals("styp")) {
        return Optional.of(branded(brands(head, at, size)));
      }
      if (OF_FRAGMENTS.contains(box)) {
        return Optional.of("video/mp4");
      }
      if (OF_QUICKTIME.contains(box)) {
        return Optional.of("video/quicktime");
      }
      if (!WITHOUT_CONTENT.contains(box) || size < 8 || size > ContentType.SNIFFED) {
        return Optional.empty();
      }
      at += (int) size;
    }
    return Optional.empty();
  }

  /** The major brand, and behind it those that the file is compatible with. */
  private static List<String> brands(String head, int box, long size) {
    int end = (int) Math.min(head.length(), box + size);
    List<String> brands = new ArrayList<>();
    for (int at = box + 8; at + 4 <= end; at += 4) {
      // the number of the major brand's version stands between them
      if (at != box + 12) {
        brands.add(head.substring(at, at + 4));
      }
    }
    return brands;
  }

  private static String branded(List<String> brands) {
    String major = brands.isEmpty() ? "" : brands.getFirst();
    if (brands.contains("avif") || brands.contains("avis")) {
      return "image/avif";
    }
    return switch (major) {
      case "heic", "heix", "heim", "heis" -> "image/heic";
      case "hevc", "hevx", "hevm", "hevs" -> "image/heic-sequence";
      case "mif1" -> brands.contains("heic") ? "image/heic" : "image/heif";
      case "msf1" -> brands.contains("hevc") ? "image/heic-sequence" : "image/heif-sequence";
      case "M4A ", "M4B ", "M4P " -> "audio/mp4";
      case "qt  " -> "video/quicktime";
      case "crx " -> "image/x-canon-cr3";
      default ->
          major.startsWith("3g2")
              ? "video/3gpp2"
              : major.startsWith("3g") ? "video/3gpp" : "video/mp4";
    };
  }

  private static long number(String head, int at) {
    return (long) head.charAt(at) << 24
        | head.charAt(at + 1) << 16
        | head.charAt(at + 2) << 8
        | head.charAt(at + 3);
  }

  /** EBML (RFC 8794): the header names the kind of document. */
  private static Optional<String> matroska(String head) {
    if (!head.startsWith("\032\105\337\243")) {
      return Optional.empty();
    }
    int kind = head.indexOf("\102\202");
    return kind >= 0 && head.startsWith("webm", kind + 3)
        ? Optional.of("video/webm")
        : Optional.of("video/matroska");
  }

  /** Ogg (RFC 3533): the first page of each stream names its codec. */
  private static Optional<String> ogg(String head) {
    if (!head.startsWith("OggS\0")) {
      return Optional.empty();
    }
    if (head.contains("\200theora") || head.contains("BBCD\0") || head.contains("\1video\0")) {
      return Optional.of("video/ogg");
    }
    boolean sound =
        head.contains("OpusHead")
            || head.contains("\1vorbis")
            || head.contains("\177FLAC")
            || head.contains("Speex   ");
    return Optional.of(sound ? "audio/ogg" : "application/ogg");
  }

  /** ZIP: the names of the first files in it. */
  private static Optional<String> zip(String head) {
    if (!head.startsWith("PK\3\4")) {
      return head.startsWith("PK\5\6") ? Optional.of("application/zip") : Optional.empty();
    }
    List<String> names = new ArrayList<>();
    for (int at = 0; at >= 0; at = head.indexOf("PK\3\4", at + 4)) {
      name(head, at).ifPresent(names::add);
    }
    if (!names.isEmpty() && names.getFirst().equals("mimetype")) {
      return Optional.of(declared(head));
    }
    return Optional.of(named(names));
  }

  private static Optional<String> name(String head, int at) {
    if (at + ZIP_NAME > head.length()) {
      return Optional.empty();
    }
    int end = at + ZIP_NAME + head.charAt(at + 26) + (head.charAt(at + 27) << 8);
    return end > head.length() ? Optional.empty() : Optional.of(head.substring(at + ZIP_NAME, end));
  }

  /** EPUB and OpenDocument: the first file, which is not compressed, holds the type. */
  private static String declared(String head) {
    for (String type : NamedTypes.DECLARED_IN_ZIP) {
      // what follows is the next file's header
      if (head.startsWith("mimetype" + type + "PK", ZIP_NAME)) {
        return type;
      }
    }
    return "application/zip";
  }

  private static String named(List<String> names) {
    for (String name : names) {
      if (name.startsWith("word/")) {
        return NamedTypes.DOCX;
      } else if (name.startsWith("xl/")) {
        return NamedTypes.XLSX;
      } else if (name.startsWith("ppt/")) {
        return NamedTypes.PPTX;
      } else if (name.equals("AndroidManifest.xml")) {
        return "application/vnd.android.package-archive";
      }
    }
    String first = names.isEmpty() ? "" : names.getFirst();
    if (first.equals("doc.kml")) {
      return "application/vnd.google-earth.kmz";
    }
    return first.startsWith("META-INF/") ? "application/java-archive" : "application/zip";
  }

  /** MPEG-2 transport streams (ISO/IEC 13818-1): each packet begins with a G. */
  private static Optional<String> transportStream(String head) {
    return repeats(head, 0, TS_PACKET) || repeats(head, 4, M2TS_PACKET)
        ? Optional.of("video/mp2t")
        : Optional.empty();
  }

  private static boolean repeats(String head, int from, int packet) {
    // a stream of one packet is none, and the text GGG… has no byte that text does not have
    int last = from + 2 * packet;
    return head.length() > last
        && head.charAt(from) == 'G'
        && head.charAt(from + packet) == 'G'
        && head.charAt(last) == 'G'
        && Text.isBinary(head.substring(0, last).getBytes(ISO_8859_1));
  }
}

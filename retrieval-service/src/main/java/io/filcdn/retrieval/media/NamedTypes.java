package io.filcdn.retrieval.media;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The media types that a name tells and bytes alone cannot. A name chooses among the types that the
 * bytes may be of, and never what runs in a browser: no type here is HTML, XHTML or SVG, whoever
 * makes the link.
 */
final class NamedTypes {

  static final String DOCX =
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  static final String XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  static final String PPTX =
      "application/vnd.openxmlformats-officedocument.presentationml.presentation";

  /** The types that a ZIP file's first file may declare. */
  static final List<String> DECLARED_IN_ZIP =
      List.of(
          "application/epub+zip",
          "application/vnd.oasis.opendocument.text",
          "application/vnd.oasis.opendocument.spreadsheet",
          "application/vnd.oasis.opendocument.presentation",
          "application/vnd.oasis.opendocument.graphics");

  /** A type, the {@link Family families} of bytes that may be of it, and its extensions. */
  private static final String TABLE =
      """
      text/plain                                       text         txt text log
      text/javascript                                  text         js mjs
      text/css                                         text         css
      text/csv                                         text         csv
      text/tab-separated-values                        text         tsv
      text/markdown                                    text         md markdown
      text/vtt                                         text         vtt
      application/json                                 text         json map topojson
      application/geo+json                             text         geojson
      application/ld+json                              text         jsonld
      application/manifest+json                        text         webmanifest
      application/x-ndjson                             text         ndjson jsonl
      model/gltf+json                                  text         gltf
      application/vnd.apple.mpegurl                    text         m3u8
      application/xml                                  xml          xml
      application/rss+xml                              xml          rss
      application/atom+xml                             xml          atom
      application/gpx+xml                              xml          gpx
      application/vnd.google-earth.kml+xml             xml          kml
      application/dash+xml                             xml          mpd
      $docx                                            zip          docx
      $xlsx                                            zip          xlsx
      $pptx                                            zip          pptx
      application/vnd.oasis.opendocument.text          zip          odt
      application/vnd.oasis.opendocument.spreadsheet   zip          ods
      application/vnd.oasis.opendocument.presentation  zip          odp
      application/epub+zip                             zip          epub
      application/vnd.android.package-archive          zip          apk
      application/java-archive                         zip          jar
      application/vnd.google-earth.kmz                 zip          kmz
      application/vnd.comicbook+zip                    zip          cbz
      model/vnd.usdz+zip                               zip          usdz
      model/3mf                                        zip          3mf
      application/msword                               ole          doc
      application/vnd.ms-excel                         ole          xls
      application/vnd.ms-powerpoint                    ole          ppt
      application/geopackage+sqlite3                   sqlite       gpkg
      application/vnd.laszip                           las          laz
      application/vnd.apache.arrow.stream              unknown      arrows
      application/vnd.mapbox-vector-tile               unknown      mvt pbf
      application/cbor                                 unknown      cbor
      video/mp4                                        mp4,unknown  mp4 m4v
      audio/mp4                                        mp4,unknown  m4a m4b
      video/iso.segment                                mp4,unknown  m4s
      video/quicktime                                  mp4          mov
      audio/webm                                       webm         weba
      audio/matroska                                   matroska     mka
      audio/ogg                                        ogg          ogg oga opus
      video/ogg                                        ogg          ogv
      video/mp2t                                       unknown      ts
      audio/mpeg                                       unknown      mp3
      audio/aac                                        unknown      aac
      """
          .replace("$docx", DOCX)
          .replace("$xlsx", XLSX)
          .replace("$pptx", PPTX);

  /** The bytes that several types are of, by the types that they are sniffed as. */
  private enum Family {
    TEXT,
    XML,
    ZIP,
    OLE,
    MP4,
    WEBM,
    MATROSKA,
    OGG,
    SQLITE,
    LAS,
    UNKNOWN;

    boolean holds(String type) {
      return switch (this) {
        case TEXT ->
            type.startsWith("text/")
                || type.equals("application/json")
                || type.equals("application/vnd.apple.mpegurl")
                || XML.holds(type);
        case XML -> type.endsWith("xml");
        case ZIP -> type.equals("application/zip") || type.equals("application/java-archive");
        case OLE -> type.equals("application/x-ole-storage");
        case MP4 ->
            type.equals("video/mp4")
                || type.equals("audio/mp4")
                || type.equals("video/quicktime")
                || type.equals("video/3gpp");
        case WEBM -> type.equals("video/webm");
        case MATROSKA -> type.equals("video/matroska");
        case OGG -> type.endsWith("/ogg");
        case SQLITE -> type.equals("application/vnd.sqlite3");
        case LAS -> type.equals("application/vnd.las");
        case UNKNOWN -> type.equals(ContentType.UNKNOWN);
      };
    }
  }

  /** A type that a name can tell. */
  private record Named(String type, List<Family> of) {}

  private static final Map<String, Named> BY_TYPE = new HashMap<>();
  private static final Map<String, Named> BY_EXTENSION = new HashMap<>();

  static {
    TABLE.lines().map(line -> line.split(" +")).forEach(NamedTypes::add);
  }

  private NamedTypes() {}

  private static void add(String[] row) {
    List<Family> of =
        Arrays.stream(row[1].toUpperCase(Locale.ROOT).split(",")).map(Family::valueOf).toList();
    Named named = new Named(row[0], of);
    BY_TYPE.put(named.type, named);
    for (int i = 2; i < row.length; i++) {
      BY_EXTENSION.put(row[i], named);
    }
  }

  /** The extensions that tell something. */
  static Set<String> extensions() {
    return Set.copyOf(BY_EXTENSION.keySet());
  }

  /**
   * The type that a name's extension chooses.
   *
   * @param sniffed the type that the bytes tell
   * @param extension in lower case, without its dot
   * @return {@code sniffed} where the bytes cannot be of the extension's type
   */
  static String byExtension(String sniffed, String extension) {
    return chosen(sniffed, BY_EXTENSION.get(extension));
  }

  /**
   * The type that somebody says a piece is of, where the bytes can be of it.
   *
   * @param told without parameters, in lower case
   */
  static String byType(String sniffed, String told) {
    return chosen(sniffed, BY_TYPE.get(told));
  }

  private static String chosen(String sniffed, @Nullable Named named) {
    if (named == null) {
      return sniffed;
    }
    int parameters = sniffed.indexOf(';');
    String type = parameters < 0 ? sniffed : sniffed.substring(0, parameters);
    for (Family family : named.of) {
      if (family.holds(type)) {
        return named.type.startsWith("text/")
            ? named.type + charset(sniffed, parameters)
            : named.type;
      }
    }
    return sniffed;
  }

  /** The charset of a text; JSON has always the same. */
  private static String charset(String sniffed, int parameters) {
    if (parameters >= 0) {
      return sniffed.substring(parameters);
    }
    return sniffed.equals("application/json") ? "; charset=utf-8" : "";
  }
}

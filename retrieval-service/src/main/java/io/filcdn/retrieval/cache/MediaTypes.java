package io.filcdn.retrieval.cache;

import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.tika.mime.MimeTypeException;
import org.apache.tika.mime.MimeTypes;
import org.apache.tika.mime.MimeTypesFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Tika's media types, of which only those can be told from bytes that somebody who fetches a piece
 * would handle by its type. Tika tries each in turn while a client waits for the first byte, and
 * more than half of its 1,400 rules are for what is saved to disk either way.
 */
final class MediaTypes {

  private static final Set<String> FAMILIES =
      Set.of("audio", "font", "image", "model", "text", "video");

  /** The types that browsers show or play, that are unpacked, and that data comes in. */
  private static final Set<String> APPLICATIONS =
      Set.of(
          "cbor",
          "dash+xml",
          "epub+zip",
          "gzip",
          "ogg",
          "pdf",
          "postscript",
          "rtf",
          "vnd.apple.mpegurl",
          "vnd.ms-fontobject",
          "vnd.oasis.opendocument.presentation",
          "vnd.oasis.opendocument.spreadsheet",
          "vnd.oasis.opendocument.text",
          "warc",
          "wasm",
          "x-7z-compressed",
          "x-bittorrent",
          "x-bzip2",
          "x-font-otf",
          "x-font-ttf",
          "x-gtar",
          "x-hdf",
          "x-iso9660-image",
          "x-lz4",
          "x-matroska",
          "x-netcdf",
          "x-parquet",
          "x-rar-compressed",
          "x-sqlite3",
          "x-subrip",
          "x-tar",
          "x-tika-msoffice",
          "x-xz",
          "xhtml+xml",
          "xml",
          "zip",
          "zstd");

  private MediaTypes() {}

  static MimeTypes load() {
    try (InputStream all = MimeTypes.class.getResourceAsStream("tika-mimetypes.xml")) {
      Document document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(all);
      NodeList types = document.getElementsByTagName("mime-type");
      for (int i = 0; i < types.getLength(); i++) {
        Element type = (Element) types.item(i);
        if (!isTold(type.getAttribute("type"))) {
          forgetRules(type);
        }
      }
      return MimeTypesFactory.create(document);
    } catch (IOException | SAXException | ParserConfigurationException | MimeTypeException e) {
      throw new IllegalStateException("Tika's media types cannot be read", e);
    }
  }

  private static boolean isTold(String type) {
    int slash = type.indexOf('/');
    String family = type.substring(0, slash);
    return FAMILIES.contains(family)
        || (family.equals("application") && APPLICATIONS.contains(type.substring(slash + 1)));
  }

  private static void forgetRules(Element type) {
    NodeList rules = type.getElementsByTagName("magic");
    while (rules.getLength() > 0) {
      type.removeChild(rules.item(0));
    }
  }
}

package io.filcdn.retrieval.media;

import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.util.Map;
import java.util.Optional;
import javax.xml.namespace.QName;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * XML: text that is well-formed as far as it is seen. The first element tells the kind; without a
 * namespace of theirs, nothing is SVG or XHTML. Nothing that a document refers to is fetched.
 */
final class Markup {

  private static final String XML = "application/xml";

  private static final Map<QName, String> BY_ELEMENT =
      Map.of(
          new QName("http://www.w3.org/1999/xhtml", "html"), "application/xhtml+xml",
          new QName("http://www.w3.org/2000/svg", "svg"), "image/svg+xml",
          new QName("rss"), "application/rss+xml",
          new QName("http://www.w3.org/2005/Atom", "feed"), "application/atom+xml",
          new QName("http://www.opengis.net/kml/2.2", "kml"),
              "application/vnd.google-earth.kml+xml",
          new QName("http://www.topografix.com/GPX/1/1", "gpx"), "application/gpx+xml",
          new QName("urn:mpeg:dash:schema:mpd:2011", "MPD"), "application/dash+xml");

  private Markup() {}

  /**
   * The type of text that begins so; empty where it is no XML.
   *
   * @param cut whether more may follow
   */
  static Optional<String> typeOf(String start, boolean cut) {
    if (!start.startsWith("<")) {
      return Optional.empty();
    }
    Optional<String> type = parse(start, cut);
    return type.isEmpty() && start.startsWith("<?xml ") ? Optional.of(XML) : type;
  }

  private static Optional<String> parse(String start, boolean cut) {
    Optional<String> type = Optional.empty();
    XMLStreamReader reader = null;
    try {
      reader = factory().createXMLStreamReader(new StringReader(start));
      while (reader.hasNext()) {
        if (reader.next() == XMLStreamConstants.START_ELEMENT && type.isEmpty()) {
          type = Optional.of(BY_ELEMENT.getOrDefault(reader.getName(), XML));
        }
      }
      return type;
    } catch (XMLStreamException e) {
      boolean atCut = cut && Cut.isAt(start, e.getLocation().getCharacterOffset());
      return atCut ? type : Optional.empty();
    }
  }

  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setXMLResolver((of, at, base, namespace) -> new ByteArrayInputStream(new byte[0]));
    return factory;
  }
}

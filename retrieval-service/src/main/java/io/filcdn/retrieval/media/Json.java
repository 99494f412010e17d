package io.filcdn.retrieval.media;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** JSON: text that is one object or one array, as far as it is seen. */
final class Json {

  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() {}

  /**
   * The type of text that begins so; empty where it is no JSON, or several values.
   *
   * @param cut whether more may follow
   */
  static Optional<String> typeOf(String start, boolean cut) {
    return (start.startsWith("{") || start.startsWith("[")) && isOne(start, cut)
        ? Optional.of("application/json")
        : Optional.empty();
  }

  private static boolean isOne(String start, boolean cut) {
    try (JsonParser parser = FACTORY.createParser(start)) {
      parser.nextToken();
      // to its end
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (StreamReadException e) {
      return cut && Cut.isAt(start, e.getLocation().getCharOffset());
    } catch (JsonProcessingException e) {
      // it is nested too deeply, or has numbers of too many digits
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory cannot be read", e);
    }
  }
}

package io.filcdn.retrieval.media;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ContentTypeTest {

  static List<Kind> kinds() {
    return Kind.all();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aKindIsToldFromTheFirstBytesOfARealFile(Kind kind) {
    assertThat(ContentType.of(kind.bytes())).isEqualTo(kind.told());
  }

  @Test
  void theTableHasMoreThanSixtyKinds() {
    assertThat(Kind.all().stream().map(Kind::named).distinct()).hasSizeGreaterThan(60);
  }

  @ParameterizedTest
  @CsvSource({
    "524946462400000057454250565038, image/webp",
    "0000001c66747970617669730000000061766973, image/avif",
    "0000001c667479706d69663100000000617669666d696631, image/avif",
    "0000001c667479706d69663100000000686569636d696631, image/heic",
    "00000018667479706d696631000000006d696631, image/heif",
    "0000001c667479704d34562000000000, video/mp4",
    "0000001866747970336732610000000033673261, video/3gpp2",
    "0000000866726565000000206674797069736f6d0000020069736f6d, video/mp4",
    "000000086d6f6f76, video/quicktime",
    "000000186d6f6f66, video/mp4",
    "1a45dfa3a34286810142f7810142f2810442f381084282886d6174726f736b61, video/matroska",
    "4f676753000200000000000000000000000000000000000000000113417564696f, application/ogg",
    "4f67675300020000000000000000000000000000012a807468656f7261, video/ogg",
    "49492b0008000000, image/tiff",
    "4d4d002a, image/tiff",
    "38425053000100, image/vnd.adobe.photoshop",
    "526172211a0701, application/vnd.rar",
    "377abcaf271c, application/x-7z-compressed",
    "504b0506, application/zip",
    "d0cf11e0a1b11ae1, application/x-ole-storage",
    "894844460d0a1a0a, application/x-hdf5",
    "0aa16776657273696f6e02, application/vnd.ipld.car",
    "7f454c4602010100, application/octet-stream",
    "4d5a900003000000, application/octet-stream",
    "cafebabe00000045, application/octet-stream",
    "0001020304050607, application/octet-stream",
  })
  void whatNoSmallFileIsOfIsToldFromItsMagicBytes(String hex, String type) {
    assertThat(ContentType.of(Arrays.copyOf(HexFormat.of().parseHex(hex), 600))).isEqualTo(type);
  }

  @Test
  void wordsThatMagicBytesSpellDoNotMakeAFormatOfText() {
    for (String text :
        List.of("BM is short", "ID3 tags", "GGGGG".repeat(200), "OggSomething", "MAC OS", "FLV")) {
      assertThat(of(text)).isEqualTo("text/plain; charset=utf-8");
    }
  }

  @Test
  void markupIsWhatItsFirstElementSays() {
    assertThat(of("\ufeff \n<!DOCTYPE HTML><p>")).isEqualTo("text/html; charset=utf-8");
    assertThat(of("<!-- a --><html>")).isEqualTo("text/html; charset=utf-8");
    assertThat(of("<!-- a --><svg xmlns=\"http://www.w3.org/2000/svg\"/>"))
        .isEqualTo("image/svg+xml");
    assertThat(
            of(
                "<?xml version=\"1.0\"?><!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\""
                    + " \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\" [<!ENTITY ns"
                    + " \"http://www.w3.org/2000/svg\">]><svg xmlns=\"&ns;\"/>"))
        .isEqualTo("image/svg+xml");
    assertThat(of("<svg/>")).as("it has not SVG's namespace").isEqualTo("application/xml");
    assertThat(of("<T> is a type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(of("<abc")).isEqualTo("text/plain; charset=utf-8");
    assertThat(of("<?xml version=\"1.0\"?><a></b>")).isEqualTo("application/xml");
    assertThat(of("<bold>no</bold>")).isEqualTo("application/xml");
  }

  @Test
  void whatIsCutIsTakenForWhatItBegins() {
    String json = "[" + "{\"a\": [true, null]}, ".repeat(1_000);
    String xml = "<doc>" + "<b c=\"é\">text</b>".repeat(1_000);
    String text = "é".repeat(5_000);

    for (int indent = 0; indent < 60; indent++) {
      assertThat(of(" ".repeat(indent) + json)).isEqualTo("application/json");
      assertThat(of(" ".repeat(indent) + xml)).isEqualTo("application/xml");
      assertThat(of(" ".repeat(indent) + text)).isEqualTo("text/plain; charset=utf-8");
    }
    assertThat(of("[1, 2")).as("all of it is here").isEqualTo("text/plain; charset=utf-8");
    assertThat(of("<doc>text")).isEqualTo("text/plain; charset=utf-8");
  }

  @Test
  void aWordOfItsOwnTellsAKindOfText() {
    assertThat(of("#EXTM3U\n#EXT-X-VERSION:3\n")).isEqualTo("application/vnd.apple.mpegurl");
    assertThat(of("\ufeffWEBVTT\n")).isEqualTo("text/vtt; charset=utf-8");
  }

  @Test
  void jsonIsOneValue() {
    assertThat(of(" {} ")).isEqualTo("application/json");
    assertThat(of("[1]")).isEqualTo("application/json");
    for (String text :
        List.of("{}\n{}", "[draft] notes", "{ no }", "[1] a footnote", "1", "null")) {
      assertThat(of(text)).isEqualTo("text/plain; charset=utf-8");
    }
  }

  @Test
  void hostileMarkupIsReadWithoutHarm() {
    StringBuilder laughs = new StringBuilder("<!DOCTYPE a [<!ENTITY x0 \"ha\">");
    for (int i = 1; i < 40; i++) {
      laughs.append("<!ENTITY x%d \"%s\">".formatted(i, "&x%d;".formatted(i - 1).repeat(9)));
    }
    laughs.append("]><a>&x39;</a>");

    assertThat(of(laughs.toString())).isEqualTo("text/plain; charset=utf-8");
    assertThat(of("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>")).isEqualTo("application/xml");
    assertThat(of("[".repeat(4_096))).startsWith("text/plain");
    assertThat(of("<x>".repeat(2_000))).startsWith("text/plain");
  }

  @Test
  void anyBytesHaveAType() {
    List<byte[]> starts = Kind.all().stream().map(Kind::bytes).toList();
    for (int seed = 0; seed < 5_000; seed++) {
      Random random = new Random(seed);
      byte[] bytes = starts.get(random.nextInt(starts.size())).clone();
      byte[] cut = Arrays.copyOf(bytes, random.nextInt(Math.min(bytes.length, 600) + 1));
      for (int i = 0; cut.length > 0 && i < random.nextInt(8); i++) {
        cut[random.nextInt(cut.length)] = (byte) random.nextInt(256);
      }

      assertThat(ContentType.of(cut)).contains("/");
    }
  }

  @Test
  void textThatIsNotUtf8NamesNoCharset() {
    String text = "All of this is text, and so is the last word: Grüße\n";

    assertThat(ContentType.of(text.getBytes(ISO_8859_1))).isEqualTo("text/plain");
  }

  private static String of(String text) {
    return ContentType.of(text.getBytes(UTF_8));
  }
}

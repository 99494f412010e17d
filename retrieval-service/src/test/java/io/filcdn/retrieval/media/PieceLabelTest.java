package io.filcdn.retrieval.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PieceLabelTest {

  static List<Kind> kinds() {
    return Kind.all();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aNameChoosesAmongWhatTheBytesMayBe(Kind kind) {
    assertThat(shownAs(kind.file()).typeOf(kind.told())).isEqualTo(kind.named());
  }

  @ParameterizedTest
  @CsvSource({
    "application/zip, a.docx, application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/zip, a.EPUB, application/epub+zip",
    "application/zip, a.js, application/zip",
    "application/java-archive, a.apk, application/vnd.android.package-archive",
    "application/x-ole-storage, a.xls, application/vnd.ms-excel",
    "video/mp4, a.m4a, audio/mp4",
    "video/quicktime, a.mp4, video/mp4",
    "video/mp4, a.webm, video/mp4",
    "application/octet-stream, a.mp3, audio/mpeg",
    "application/octet-stream, a.js, application/octet-stream",
    "image/png, a.js, image/png",
    "application/pdf, a.txt, application/pdf",
    "text/plain, a.css, text/css",
    "text/html; charset=utf-8, a.txt, text/plain; charset=utf-8",
    "image/svg+xml, a.txt, text/plain",
    "application/json, a.js, text/javascript; charset=utf-8",
    "text/plain; charset=utf-8, a.xml, text/plain; charset=utf-8",
    "text/plain; charset=utf-8, js, text/plain; charset=utf-8",
    "text/plain; charset=utf-8, a.unknown, text/plain; charset=utf-8",
  })
  void theTypeIsTheBytesUnlessTheNameKnowsBetter(String told, String name, String type) {
    assertThat(shownAs(name).typeOf(told)).isEqualTo(type);
  }

  @Test
  void nothingBecomesAPageByItsName() {
    List<String> active = List.of("text/html", "image/svg+xml", "application/xhtml+xml");
    List<String> names =
        Stream.concat(
                NamedTypes.extensions().stream(),
                Stream.of("html", "htm", "svg", "svgz", "xhtml", "xht", "mhtml", "xsl", "swf"))
            .toList();
    List<String> told = Kind.all().stream().map(Kind::told).distinct().toList();
    for (String sniffed : told) {
      for (String name : names) {
        assertThat(essence(shownAs("a." + name).typeOf(sniffed)))
            .satisfiesAnyOf(
                type -> assertThat(active).doesNotContain(type),
                type -> assertThat(type).isEqualTo(essence(sniffed)));
      }
      for (String type : active) {
        PieceLabel label = PieceLabel.of(Map.of("contentType", type)).orElseThrow();
        assertThat(label.typeOf(sniffed)).isEqualTo(sniffed);
      }
    }
  }

  @Test
  void metadataOnChainMayGiveANameAndAType() {
    PieceLabel both =
        PieceLabel.of(Map.of("filename", "a.bin", "contentType", "Text/CSV; charset=x"))
            .orElseThrow();

    assertThat(both.typeOf("text/plain; charset=utf-8")).isEqualTo("text/csv; charset=utf-8");
    assertThat(both.typeOf("image/png")).isEqualTo("image/png");
    assertThat(both.disposition()).contains("inline; filename=\"a.bin\"; filename*=UTF-8''a.bin");
    assertThat(PieceLabel.of(Map.of("filename", "a.css", "contentType", "x/y")))
        .map(label -> label.typeOf("text/plain"))
        .contains("text/css");
  }

  @Test
  void metadataThatIsNoNameAndNoTypeIsNone() {
    assertThat(
            List.of(
                Map.of("ipfsRootCID", "x"),
                Map.of("filename", ""),
                Map.of("filename", "x".repeat(129)),
                Map.of("contentType", "text"),
                Map.of("contentType", "text/plain\r\nX: y"),
                Map.of("contentType", "a/" + "b".repeat(129))))
        .allSatisfy(metadata -> assertThat(PieceLabel.of(metadata)).isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "plain.txt | filename=\"plain.txt\"; filename*=UTF-8''plain.txt",
        "a b+c*(1)'.txt | filename=\"a b+c_(1)'.txt\"; filename*=UTF-8''a%20b%2Bc%2A%281%29%27.txt",
        "Grüße 漢.txt | filename=\"Gr__e _.txt\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%E6%BC%A2.txt",
        "a\"b;c.txt | filename=\"a_b;c.txt\"; filename*=UTF-8''a%22b%3Bc.txt",
        "100%25.txt | filename=\"100_25.txt\"; filename*=UTF-8''100%2525.txt",
        "../../etc/passwd.txt | filename=\".._.._etc_passwd.txt\"; filename*=UTF-8''.._.._etc_passwd.txt",
        "a\\b.txt | filename=\"a_b.txt\"; filename*=UTF-8''a_b.txt",
      })
  void aNameIsSentInBothForms(String name, String parameters) {
    assertThat(FileName.of(name)).map(FileName::parameters).contains(parameters);
  }

  @Test
  void aNameIsOneLineThatShowsAsItIs() {
    assertThat(FileName.of("a\r\nSet-Cookie: b\0.txt"))
        .map(FileName::toString)
        .contains("a__Set-Cookie: b_.txt");
    assertThat(FileName.of("photo\u202egpj.exe")).map(FileName::toString).contains("photo_gpj.exe");
    assertThat(FileName.of("half \ud83d.txt")).map(FileName::toString).contains("half _.txt");
    assertThat(Stream.of("", " ", ".", "..", "x".repeat(256)).map(FileName::of))
        .allMatch(Optional::isEmpty);
  }

  private static PieceLabel shownAs(String name) {
    return PieceLabel.shownAs(FileName.of(name).orElseThrow());
  }

  private static String essence(String type) {
    return type.split(";", 2)[0];
  }
}

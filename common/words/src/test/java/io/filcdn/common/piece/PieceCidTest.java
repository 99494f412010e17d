package io.filcdn.common.piece;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PieceCidTest {

  private static final String CID =
      "bafkzcibcpybkgmxp2bhckwice4jfwzkv4topsuysma66syieb7rnc5osa5sw2oa";
  private static final String CID_V1 =
      "baga6ea4seaqkgmxp2bhckwice4jfwzkv4topsuysma66syieb7rnc5osa5sw2oa";

  @ParameterizedTest
  @MethodSource("io.filcdn.common.piece.Vectors#all")
  void textAndBytesOfEveryVectorAreReadAndWrittenBack(Vectors.Vector vector) {
    byte[] bytes = HexFormat.of().parseHex(vector.cidV2Hex());

    PieceCid fromText = PieceCid.parse(vector.pieceCidV2());
    PieceCid fromBytes = PieceCid.fromBytes(bytes);

    assertThat(fromText).isEqualTo(fromBytes).hasToString(vector.pieceCidV2());
    assertThat(fromText.bytes()).isEqualTo(bytes);
    assertThat(fromText.rawSize()).isEqualTo(vector.payloadBytes());
    assertThat(fromText.commP()).isEqualTo(CommP.parse(vector.pieceCidV1()));
    assertThat(fromText.commP()).hasToString(vector.pieceCidV1());
    assertThat(fromText.commP().bytes()).isEqualTo(HexFormat.of().parseHex(vector.digestHex()));
    assertThat(32L << fromText.height()).isEqualTo(vector.paddedPieceBytes());
  }

  @Test
  void aTreeTallerThanNeededIsAnotherPiece() {
    PieceCid smallest = PieceCid.parse(CID);

    PieceCid taller = new PieceCid(smallest.commP(), smallest.height() + 1, smallest.rawSize());

    assertThat(PieceCid.parse(taller.toString())).isEqualTo(taller).isNotEqualTo(smallest);
  }

  @Test
  void paddingOfEveryLengthIsReadAndWrittenBack() {
    CommP commP = PieceCid.parse(CID).commP();
    for (int height = PieceCid.MIN_HEIGHT; height <= PieceCid.MAX_HEIGHT; height++) {
      for (long rawSize :
          new long[] {0, 1, PieceCid.capacity(height) - 1, PieceCid.capacity(height)}) {
        PieceCid cid = new PieceCid(commP, height, rawSize);

        assertThat(PieceCid.parse(cid.toString())).isEqualTo(cid);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "b",
        "f01559120",
        // base58 and base32upper spellings
        "zQm",
        "BAFKZCIBCPYBKGMXP2BHCKWICE4JFWZKV4TOPSUYSMA66SYIEB7RNC5OSA5SW2OA",
        // one character fewer, one more
        "bafkzcibcpybkgmxp2bhckwice4jfwzkv4topsuysma66syieb7rnc5osa5sw2o",
        "bafkzcibcpybkgmxp2bhckwice4jfwzkv4topsuysma66syieb7rnc5osa5sw2oaa",
        // a padding character, a letter outside the alphabet, a letter outside ASCII
        "bafkzcibcpybkgmxp2bhckwice4jfwzkv4topsuysma66syieb7rnc5osa5sw2oa=",
        "bafkzcibcpybkgmxp2bhckwice4jfwzkv4topsuysma66syieb7rnc5osa5sw201",
        "bafkzcibcpybkgmxp2bhckwice4jfwzkv4topsuysma66syieb7rnc5osa5sw2oä",
        // the last character's unused bits are not zero
        "bafkzcibcpybkgmxp2bhckwice4jfwzkv4topsuysma66syieb7rnc5osa5sw2ob",
        // a CID of an ordinary IPFS block
        "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"
      })
  void textThatIsNoPieceCidIsRefused(String text) {
    assertThatThrownBy(() -> PieceName.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // digest length off by one, in both directions
        "015591202100" + "02" + ROOT,
        "015591202300" + "02" + ROOT,
        // a byte behind the root that the digest's length counts
        "015591202300" + "02" + ROOT + "00",
        // padding 0 spelled with two bytes
        "01559120238000" + "02" + ROOT,
        // more padding than the tree holds
        "015591202301ff" + "02" + ROOT,
        "01559120238001" + "02" + ROOT,
        // heights outside 2 to 50
        "015591202200" + "01" + ROOT,
        "015591202200" + "33" + ROOT,
        "015591202200" + "ff" + ROOT,
        // a padding that never ends
        "015591202cffffffffffffffffffff01" + "02" + ROOT,
        // another codec, another hash, another CID version, nothing behind the prefix
        "017091202200" + "02" + ROOT,
        "015592202200" + "02" + ROOT,
        "025591202200" + "02" + ROOT,
        "01559120"
      })
  void bytesThatAreNoPieceCidAreRefused(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);

    assertThatThrownBy(() -> PieceName.fromBytes(bytes))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static final String ROOT =
      "a332efd04e25590227125b6555e4dcf95312603de961040fe2d175d207656d38";

  @Test
  void everyTextThatIsReadIsTheOnlySpellingOfItsPiece() {
    Random random = new Random(7);
    int read = 0;
    for (int i = 0; i < 200_000; i++) {
      // paddings of 1 to 9 bytes: each leaves another number of spare bits
      long rawSize = 1L << random.nextInt(40);
      PieceCid piece =
          new PieceCid(
              PieceCid.parse(CID).commP(),
              PieceCid.heightFor(rawSize) + random.nextInt(8),
              rawSize);
      StringBuilder text = new StringBuilder(random.nextInt(4) > 0 ? piece.toString() : CID_V1);
      for (int changes = random.nextInt(3); changes >= 0; changes--) {
        change(text, random);
      }
      try {
        assertThat(PieceName.parse(text.toString())).hasToString(text.toString());
        read++;
      } catch (IllegalArgumentException refused) {
        assertThat(refused).hasMessageStartingWith("expected");
      }
    }

    assertThat(read).isBetween(1_000, 199_000);
  }

  private static void change(StringBuilder text, Random random) {
    char other = "abcdefghijklmnopqrstuvwxyz234567AB01=".charAt(random.nextInt(37));
    switch (random.nextInt(4)) {
      case 0 -> text.append('a');
      case 1 -> text.append(other);
      case 2 -> text.deleteCharAt(text.length() - 1);
      default -> text.setCharAt(random.nextInt(text.length()), other);
    }
  }

  @Test
  void theTwoSpellingsAreToldApart() {
    assertThat(PieceName.parse(CID)).isInstanceOf(PieceCid.class);
    assertThat(PieceName.parse(CID_V1)).isInstanceOf(CommP.class);
    assertThat(PieceName.parse(CID_V1)).isEqualTo(PieceName.parse(CID).commP());
    assertThatThrownBy(() -> PieceName.parse(CID.toUpperCase(Locale.ROOT)))
        .hasMessageContaining("multibase b");
  }
}

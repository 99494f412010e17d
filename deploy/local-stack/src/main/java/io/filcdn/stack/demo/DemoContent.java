package io.filcdn.stack.demo;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.filcdn.common.digest.Digests;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.testing.chain.Devnet;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.chain.DevnetProvider;
import io.filcdn.testing.chain.Piece;
import io.filcdn.testing.provider.DemoProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * The content put on a devnet for people to play with. It is remembered in a file beside the chain,
 * which is written once all of it is there.
 *
 * @param serviceUrl where the provider said it serves
 * @param dataSetId the number of the demo payer's data set that is everyone's
 * @param signed the data set from which those fetch who have a signed URL
 */
public record DemoContent(
    String serviceUrl, long dataSetId, List<DemoPiece> pieces, SignedDataSet signed) {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final long SEED = 314159;
  private static final int SEEDED_BYTES = 4 * 1024 * 1024;
  private static final String FUNDS = "1000";

  private static final String TEXT =
      """
      This text is a piece.

      A storage provider keeps it, and a payer, who put it into a data set, pays for it to be sent
      to you. FilCDN fetched it from the provider once, found that its bytes hash to the name it
      was asked for by, kept it, and counts every byte that it sends: egress by the payer's one
      rail, fetches from the provider by the other.

      A few things to try:
        - fetch it again: Cache-Status tells that it was a hit
        - ask for a part of it: curl -r 0-20
        - ask for it by another payer's name: 402, as nobody pays
        - store a file of your own: ./filcdn store FILE
      """;

  private static final String INVITED =
      """
      Who reads this was invited.

      The payer of this piece signed a policy: whoever fetches it shows a token, which somebody he
      trusts has signed. Without one it is refused, wherever it is cached.
      """;

  /**
   * A data set with one piece, whose payer asks for signed URLs.
   *
   * @param dataSetId its number
   */
  public record SignedDataSet(long dataSetId, DemoPiece piece) {}

  public DemoContent {
    pieces = List.copyOf(pieces);
  }

  /** The content put on the devnet before; empty where it is that of an older build. */
  public static Optional<DemoContent> read(Path file) {
    try {
      JsonNode json = JSON.readTree(Files.readString(file));
      return json.has("signed")
          ? Optional.of(JSON.treeToValue(json, DemoContent.class))
          : Optional.empty();
    } catch (JacksonException e) {
      throw new IllegalStateException("%s is not what was written there".formatted(file), e);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Registers the demo's provider, funds its payer, and adds its pieces. */
  static DemoContent create(Devnet devnet, DemoProvider provider) throws IOException {
    DevnetProvider deeds = devnet.asProvider(DevnetAccount.PROVIDER);
    String serviceUrl = provider.url().toString();
    long providerId = deeds.register(DevnetAccount.PAYEE.address(), serviceUrl);
    devnet.approveProvider(providerId);
    devnet.endorseProvider(providerId);
    devnet.asPayer(DevnetAccount.PAYER).prepare(Devnet.tokens(FUNDS));
    long dataSet = deeds.createDataSet(DevnetAccount.PAYER.address(), true);
    byte[] seeded = new byte[SEEDED_BYTES];
    new Random(SEED).nextBytes(seeded);
    List<DemoPiece> pieces =
        List.of(
            store(provider, "picture.png", DemoPicture.png()),
            store(provider, "about.txt", TEXT.getBytes(StandardCharsets.UTF_8)),
            store(provider, "data.bin", seeded),
            store(provider, "tiny.txt", "FilCDN\n".getBytes(StandardCharsets.UTF_8)));
    deeds.addPieces(dataSet, pieces.stream().map(piece -> Piece.of(piece.cid().bytes())).toList());
    DemoPiece invited = store(provider, "invited.txt", INVITED.getBytes(StandardCharsets.UTF_8));
    long second = deeds.createDataSet(DevnetAccount.PAYER.address(), true);
    deeds.addPieces(second, List.of(Piece.of(invited.cid().bytes())));
    return new DemoContent(serviceUrl, dataSet, pieces, new SignedDataSet(second, invited));
  }

  /** The same content, of a provider that serves at another address than before. */
  DemoContent movedTo(Devnet devnet, DemoProvider provider) {
    String now = provider.url().toString();
    if (now.equals(serviceUrl)) {
      return this;
    }
    devnet.asProvider(DevnetAccount.PROVIDER).updateServiceUrl(now);
    return new DemoContent(now, dataSetId, pieces, signed);
  }

  /** Remembers this. */
  DemoContent write(Path file) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.writeString(part, JSON.writeValueAsString(this));
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    return this;
  }

  private static DemoPiece store(DemoProvider provider, String name, byte[] bytes)
      throws IOException {
    return new DemoPiece(
        name,
        provider.store(new ByteArrayInputStream(bytes)),
        ByteCount.of(bytes.length),
        sha256(bytes));
  }

  private static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(Digests.sha256(bytes));
  }
}

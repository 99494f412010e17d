package io.filcdn.indexer.fake;

import static java.util.stream.Collectors.joining;

import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.common.piece.PieceCid;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.TypeEncoder;
import org.web3j.abi.datatypes.DynamicArray;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.DynamicStruct;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.Utf8String;
import org.web3j.abi.datatypes.generated.Uint256;

/**
 * The contracts of a test network, and the logs they write. Topics are chain-facts.md's literal
 * hashes, not computed ones.
 */
public final class Contracts {

  public static final long CHAIN_ID = 31337;
  public static final Address PDP_VERIFIER = numbered(0xa1);
  public static final Address FWSS = numbered(0xa2);
  public static final Address STATE_VIEW = numbered(0xa3);
  public static final Address REGISTRY = numbered(0xa4);
  public static final Address PAY = numbered(0xa5);
  public static final Address OPERATOR = numbered(0xa6);
  public static final Address PAST_OPERATOR = numbered(0xa7);
  public static final Address TOKEN = numbered(0xa8);

  /** The past operator's last block in office. */
  public static final long PAST_OPERATOR_UNTIL = 20;

  /** How deep the creation of a data set has to be before it is served. */
  public static final long SERVING_DEPTH = 4;

  /** The topic of {@code DataSetCreated}. */
  public static final String DATA_SET_CREATED =
      "0xc90cb3863281dc6e2e16e74064ed2e0ab91144ccfe5c3492b8c33f58fe90d0db";

  private Contracts() {}

  /** A network file's text. */
  public static String networkFile(List<URI> rpcUrls, String finality) {
    return """
        {"name": "test", "chainId": %d, "rpcUrls": [%s], "genesisMs": 0, "epochSeconds": 1,
         "firstBlock": 0, "finality": %s,
         "contracts": {"pdpVerifier": "%s", "fwss": "%s", "stateView": "%s",
           "serviceProviderRegistry": "%s", "filecoinPay": "%s", "filBeamOperator": "%s",
           "token": "%s"},
         "operators": [{"address": "%s", "fromBlock": 0, "toBlock": %d},
                       {"address": "%s", "fromBlock": %d, "toBlock": null}],
         "countReportsFrom": 3, "allowPrivateOrigins": true}
        """
        .formatted(
            CHAIN_ID,
            rpcUrls.stream().map(url -> "\"" + url + "\"").collect(joining(", ")),
            finality,
            PDP_VERIFIER,
            FWSS,
            STATE_VIEW,
            REGISTRY,
            PAY,
            OPERATOR,
            TOKEN,
            PAST_OPERATOR,
            PAST_OPERATOR_UNTIL,
            OPERATOR,
            PAST_OPERATOR_UNTIL + 1);
  }

  /** A network whose node knows the tag {@code finalized}. */
  public static Network network(URI... rpcUrls) {
    return NetworkFile.parse(
        "test",
        networkFile(
            List.of(rpcUrls),
            "{\"tag\": \"finalized\", \"fallbackDepth\": 8, \"servingDepth\": %d}"
                .formatted(SERVING_DEPTH)));
  }

  /** The same with another operator in office, and a list of operators as the file spells it. */
  public static Network network(URI rpcUrl, Address inOffice, String operators) {
    String file =
        networkFile(
            List.of(rpcUrl),
            "{\"tag\": \"finalized\", \"fallbackDepth\": 8, \"servingDepth\": %d}"
                .formatted(SERVING_DEPTH));
    String listed = "\"operators\": [";
    int from = file.indexOf(listed) + listed.length();
    return NetworkFile.parse(
        "test",
        file.substring(0, from).replace("\"%s\"".formatted(OPERATOR), "\"%s\"".formatted(inOffice))
            + operators
            + file.substring(file.indexOf("]", from)));
  }

  /** The address that ends in {@code number}. */
  public static Address numbered(long number) {
    return Address.of("0x%040x".formatted(number));
  }

  /** A data set with CDN, whose rails are its number times 10, plus 1, 2 and 3. */
  public static FakeLog dataSetCreated(long dataSet, long provider, Address payer) {
    return dataSetCreated(dataSet, provider, payer, Map.of("withCDN", ""));
  }

  /** A data set; without the key {@code withCDN} it has only the PDP rail. */
  public static FakeLog dataSetCreated(
      long dataSet, long provider, Address payer, Map<String, String> metadata) {
    boolean cdn = metadata.containsKey("withCDN");
    return log(
        FWSS,
        DATA_SET_CREATED,
        List.of(uint(dataSet), uint(provider)),
        uint(dataSet * 10 + 1),
        uint(cdn ? dataSet * 10 + 2 : 0),
        uint(cdn ? dataSet * 10 + 3 : 0),
        address(payer),
        address(numbered(0x900 + provider)),
        address(payee(provider)),
        strings(List.copyOf(metadata.keySet())),
        strings(List.copyOf(metadata.values())));
  }

  /** Who is paid for what a provider does. */
  public static Address payee(long provider) {
    return numbered(0x800 + provider);
  }

  public static FakeLog pieceAdded(long dataSet, long piece, PieceCid cid) {
    return pieceAdded(dataSet, piece, cid, Map.of());
  }

  public static FakeLog pieceAdded(
      long dataSet, long piece, PieceCid cid, Map<String, String> metadata) {
    return pieceAdded(dataSet, piece, cid.bytes(), metadata);
  }

  /** A piece with any bytes for a PieceCID. */
  public static FakeLog pieceAdded(long dataSet, long piece, byte[] cid) {
    return pieceAdded(dataSet, piece, cid, Map.of());
  }

  private static FakeLog pieceAdded(
      long dataSet, long piece, byte[] cid, Map<String, String> metadata) {
    return pieceAdded(
        dataSet,
        piece,
        cid,
        strings(List.copyOf(metadata.keySet())),
        strings(List.copyOf(metadata.values())));
  }

  /** A piece with any bytes for metadata: the ABI spells texts as it does bytes. */
  public static FakeLog pieceAdded(
      long dataSet, long piece, PieceCid cid, List<byte[]> keys, List<byte[]> values) {
    return pieceAdded(dataSet, piece, cid.bytes(), byteses(keys), byteses(values));
  }

  private static FakeLog pieceAdded(
      long dataSet, long piece, byte[] cid, DynamicArray<?> keys, DynamicArray<?> values) {
    return log(
        FWSS,
        "0xe919e037e2ba38e953115496aafcfc43555ef39f79c2f5f996608a78628eabd7",
        List.of(uint(dataSet), uint(piece)),
        new DynamicStruct(new DynamicBytes(cid)),
        keys,
        values);
  }

  public static FakeLog serviceTerminated(long dataSet) {
    return log(
        FWSS,
        "0x10c867634d8e51bbfd5ddd2e06b4f4a97a91274488ee3afbe1e146aa79e85293",
        List.of(address(numbered(7)), uint(dataSet)),
        uint(dataSet * 10 + 1),
        uint(dataSet * 10 + 2),
        uint(dataSet * 10 + 3));
  }

  public static FakeLog pdpPaymentTerminated(long dataSet, long endEpoch) {
    return log(
        FWSS,
        "0x15371708a8f4745aad266e85741738fc10741627fcc63fd79f29843c59bb3eaf",
        List.of(uint(dataSet)),
        uint(endEpoch),
        uint(dataSet * 10 + 1));
  }

  public static FakeLog toppedUp(long dataSet, long cdn, long cacheMiss) {
    return log(
        FWSS,
        "0x6b6e3adced39b19ee0a9f68ef785f7275ed75801e5f126964678fdf0f0552711",
        List.of(uint(dataSet)),
        uint(cdn),
        uint(999_000 + cdn),
        uint(cacheMiss),
        uint(999_000 + cacheMiss));
  }

  public static FakeLog cdnServiceTerminated(long dataSet) {
    return log(
        FWSS,
        "0xe050575f2f51273412c3b1a9a74ce3a2abc98172b48f6d19442de80a3744367d",
        List.of(address(numbered(7)), uint(dataSet)),
        uint(dataSet * 10 + 2),
        uint(dataSet * 10 + 3));
  }

  public static FakeLog dataSetAbandoned(long dataSet) {
    return log(
        FWSS,
        "0x2299c9051e3efb30d43a1a50966a7a5e1ecc1e0fdc0cc6587c9141facbbdee88",
        List.of(uint(dataSet)),
        uint(dataSet * 10 + 1),
        uint(dataSet * 10 + 2),
        uint(dataSet * 10 + 3));
  }

  public static FakeLog piecesRemoved(long dataSet, long... pieces) {
    List<Uint256> ids = new ArrayList<>();
    for (long piece : pieces) {
      ids.add(uint(piece));
    }
    return log(
        PDP_VERIFIER,
        "0x6e87df804629ac17804b57ba7abbdfac8bdc36bab504fb8a8801eb313a8ce7b1",
        List.of(uint(dataSet)),
        new DynamicArray<>(Uint256.class, ids));
  }

  public static FakeLog dataSetDeleted(long dataSet) {
    return log(
        PDP_VERIFIER,
        "0x14eeeef7679fcb051c6572811f61c07bedccd0f1cfc1f9b79b23e47c5c52aeb7",
        List.of(uint(dataSet)),
        uint(12));
  }

  /** Something that PDPVerifier says all the time, and the index does not want. */
  public static FakeLog possessionProven(long dataSet) {
    return log(
        PDP_VERIFIER,
        "0x1acf7df9f0c1b0208c23be6178950c0273f89b766805a2c0bd1e53d25c700e50",
        List.of(uint(dataSet)),
        new DynamicArray<>(Uint256.class, List.of()));
  }

  public static FakeLog productAdded(long provider, String serviceUrl) {
    return product(
        "0xf736f1c7fa0eb68f0384383abc0d4dcc8208127acfb5c87f03f965f2a8a69686",
        provider,
        0,
        serviceUrl);
  }

  public static FakeLog productUpdated(long provider, String serviceUrl) {
    return product(
        "0x19305e69de03c2e3298427ad2c225fef7bc07a55c9a1a6b930f5d21ad6f22148",
        provider,
        0,
        serviceUrl);
  }

  /** A product of another type than PDP, with a URL of its own. */
  public static FakeLog otherProductAdded(long provider, String serviceUrl) {
    return product(
        "0xf736f1c7fa0eb68f0384383abc0d4dcc8208127acfb5c87f03f965f2a8a69686",
        provider,
        1,
        serviceUrl);
  }

  /** A product with any capabilities. */
  public static FakeLog productOf(long provider, List<String> keys, List<byte[]> values) {
    return product(
        "0xf736f1c7fa0eb68f0384383abc0d4dcc8208127acfb5c87f03f965f2a8a69686",
        provider,
        0,
        keys,
        values);
  }

  private static FakeLog product(String topic, long provider, long type, String serviceUrl) {
    return product(
        topic,
        provider,
        type,
        List.of("minPieceSizeInBytes", "serviceURL", "location"),
        List.of(new byte[] {1}, serviceUrl.getBytes(StandardCharsets.UTF_8), new byte[0]));
  }

  private static FakeLog product(
      String topic, long provider, long type, List<String> keys, List<byte[]> values) {
    return log(
        REGISTRY,
        topic,
        List.of(uint(provider), uint(type)),
        address(numbered(0x900 + provider)),
        strings(keys),
        byteses(values));
  }

  public static FakeLog productRemoved(long provider) {
    return log(
        REGISTRY,
        "0x4c363c6cd3d80189ef501b26de41894b3ed5e7b4a85b096be6cbcaa8a13e5e4d",
        List.of(uint(provider), uint(0)));
  }

  public static FakeLog providerRemoved(long provider) {
    return log(
        REGISTRY,
        "0x452148878c72ebab44f2761cb8b0b79c50628a437350aee5f3aab66625addcc4",
        List.of(uint(provider)));
  }

  public static FakeLog railTerminated(long rail, long endEpoch) {
    return log(
        PAY,
        "0x341cedeea2157541f32a2c3ba561c2a096f12997813844db9818532104a41aa9",
        List.of(uint(rail), address(numbered(7))),
        uint(endEpoch));
  }

  public static FakeLog railFinalized(long rail) {
    return log(
        PAY,
        "0xeba1d176034891f68b755fb52cf844fe98a96ca13b50147fbe0e93f6cdecd9e2",
        List.of(uint(rail)));
  }

  public static FakeLog usageReported(
      Address operator, long dataSet, long fromEpoch, long toEpoch, long cdn, long cacheMiss) {
    return log(
        operator,
        "0xb8a21d4673df42e3b2f67ef580a86f3f5fd56e8515c41c3b9438f3cffd89db02",
        List.of(uint(dataSet), uint(fromEpoch), uint(toEpoch)),
        uint(cdn),
        uint(cacheMiss));
  }

  public static FakeLog cdnSettlement(long dataSet, long amount) {
    return log(
        OPERATOR,
        "0x25412ba3bcccbe20d39995f52c529ab9cc36c8c4b3470ab5820ecaa849988097",
        List.of(uint(dataSet)),
        uint(amount));
  }

  public static FakeLog cacheMissSettlement(long dataSet, long amount) {
    return log(
        OPERATOR,
        "0x281f4b29d5d73ecf0dd98a23d9db67a1b3df6785d8938151485a8abdecb29a38",
        List.of(uint(dataSet)),
        uint(amount));
  }

  /** A log whose data was cut off. */
  public static FakeLog broken(FakeLog log) {
    return new FakeLog(
        log.address(), log.topics(), log.data().substring(0, 2 + (log.data().length() - 2) / 2));
  }

  static FakeLog log(
      Address emitter, String topic0, List<? extends Type<?>> indexed, Type<?>... data) {
    List<String> topics = new ArrayList<>(List.of(topic0));
    indexed.forEach(value -> topics.add("0x" + TypeEncoder.encode(value)));
    return new FakeLog(emitter, topics, "0x" + encoded(data));
  }

  @SuppressWarnings("rawtypes") // web3j's own
  static String encoded(Type<?>... data) {
    List<Type> values = new ArrayList<>();
    for (Type<?> value : data) {
      values.add(value);
    }
    return FunctionEncoder.encodeConstructor(values);
  }

  static Uint256 uint(long value) {
    return new Uint256(BigInteger.valueOf(value));
  }

  static org.web3j.abi.datatypes.Address address(Address address) {
    return new org.web3j.abi.datatypes.Address(address.hex());
  }

  private static DynamicArray<DynamicBytes> byteses(List<byte[]> values) {
    return new DynamicArray<>(DynamicBytes.class, values.stream().map(DynamicBytes::new).toList());
  }

  private static DynamicArray<Utf8String> strings(List<String> texts) {
    return new DynamicArray<>(Utf8String.class, texts.stream().map(Utf8String::new).toList());
  }
}

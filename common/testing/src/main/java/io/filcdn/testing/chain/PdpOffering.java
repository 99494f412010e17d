package io.filcdn.testing.chain;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.web3j.utils.Numeric;

/**
 * The capabilities that the real registry asks of every PDP product, and clients read: text as
 * UTF-8, numbers as their shortest big-endian bytes, an address as its 20.
 */
public final class PdpOffering {

  /** The most raw bytes that Curio takes in one upload: those of a GiB with its padding. */
  public static final long LARGEST_PIECE = (1L << 30) / 128 * 127;

  private static final long SMALLEST_PIECE = 127;

  /** In the token's smallest unit: a thirtieth of a month's 2.5 tokens. */
  private static final BigInteger PRICE_PER_TIB_AND_DAY =
      Devnet.tokens("2.5").divide(BigInteger.valueOf(30));

  private PdpOffering() {}

  /** The capabilities of a provider at this URL. */
  static SortedMap<String, byte[]> at(String serviceUrl, String token) {
    return new TreeMap<>(
        Map.of(
            "serviceURL", serviceUrl.getBytes(UTF_8),
            "minPieceSizeInBytes", number(BigInteger.valueOf(SMALLEST_PIECE)),
            "maxPieceSizeInBytes", number(BigInteger.valueOf(LARGEST_PIECE)),
            "storagePricePerTibPerDay", number(PRICE_PER_TIB_AND_DAY),
            "minProvingPeriodInEpochs", number(BigInteger.valueOf(DevnetContracts.PROVING_PERIOD)),
            "location", "C=XX;ST=devnet;L=localhost".getBytes(UTF_8),
            "paymentTokenAddress", Numeric.hexStringToByteArray(token)));
  }

  private static byte[] number(BigInteger value) {
    return Numeric.hexStringToByteArray(Numeric.encodeQuantity(value));
  }
}

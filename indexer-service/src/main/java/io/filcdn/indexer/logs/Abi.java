package io.filcdn.indexer.logs;

import java.util.Arrays;
import java.util.List;
import org.web3j.abi.TypeReference;
import org.web3j.abi.datatypes.Address;
import org.web3j.abi.datatypes.DynamicArray;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.DynamicStruct;
import org.web3j.abi.datatypes.Event;
import org.web3j.abi.datatypes.Utf8String;
import org.web3j.abi.datatypes.generated.Uint256;
import org.web3j.abi.datatypes.generated.Uint8;

/** The signatures of the fwss generation's events, arguments in the contracts' order. */
final class Abi {

  // FilecoinWarmStorageService
  static final Event DATA_SET_CREATED =
      event(
          "DataSetCreated",
          indexedUint(),
          indexedUint(),
          uint(),
          uint(),
          uint(),
          address(),
          address(),
          address(),
          strings(),
          strings());
  static final Event PIECE_ADDED =
      event("PieceAdded", indexedUint(), indexedUint(), cid(), strings(), strings());
  static final Event SERVICE_TERMINATED =
      event("ServiceTerminated", indexedAddress(), indexedUint(), uint(), uint(), uint());
  static final Event PDP_PAYMENT_TERMINATED =
      event("PDPPaymentTerminated", indexedUint(), uint(), uint());
  static final Event CDN_PAYMENT_RAILS_TOPPED_UP =
      event("CDNPaymentRailsToppedUp", indexedUint(), uint(), uint(), uint(), uint());
  static final Event CDN_SERVICE_TERMINATED =
      event("CDNServiceTerminated", indexedAddress(), indexedUint(), uint(), uint());
  static final Event DATA_SET_ABANDONED =
      event("DataSetAbandoned", indexedUint(), uint(), uint(), uint());

  // PDPVerifier
  static final Event PIECES_REMOVED = event("PiecesRemoved", indexedUint(), uints());
  static final Event DATA_SET_DELETED = event("DataSetDeleted", indexedUint(), uint());

  // ServiceProviderRegistry
  static final Event PRODUCT_ADDED =
      event("ProductAdded", indexedUint(), indexedUint8(), address(), strings(), byteStrings());
  static final Event PRODUCT_UPDATED =
      event("ProductUpdated", indexedUint(), indexedUint8(), address(), strings(), byteStrings());
  static final Event PRODUCT_REMOVED = event("ProductRemoved", indexedUint(), indexedUint8());
  static final Event PROVIDER_REMOVED = event("ProviderRemoved", indexedUint());

  // FilecoinPay
  static final Event RAIL_TERMINATED =
      event("RailTerminated", indexedUint(), indexedAddress(), uint());
  static final Event RAIL_FINALIZED = event("RailFinalized", indexedUint());

  // FilBeamOperator
  static final Event USAGE_REPORTED =
      event("UsageReported", indexedUint(), indexedUint(), indexedUint(), uint(), uint());
  static final Event CDN_SETTLEMENT = event("CDNSettlement", indexedUint(), uint());
  static final Event CACHE_MISS_SETTLEMENT = event("CacheMissSettlement", indexedUint(), uint());

  private Abi() {}

  /** {@code Cids.Cid}: a struct of the bytes of a CID. */
  public static final class Cid extends DynamicStruct {
    public Cid(DynamicBytes data) {
      super(data);
    }
  }

  private static Event event(String name, TypeReference<?>... arguments) {
    List<TypeReference<?>> list = Arrays.asList(arguments);
    return new Event(name, list);
  }

  private static TypeReference<Uint256> indexedUint() {
    return TypeReference.create(Uint256.class, true);
  }

  private static TypeReference<Uint8> indexedUint8() {
    return TypeReference.create(Uint8.class, true);
  }

  private static TypeReference<Address> indexedAddress() {
    return TypeReference.create(Address.class, true);
  }

  private static TypeReference<Uint256> uint() {
    return TypeReference.create(Uint256.class);
  }

  private static TypeReference<Address> address() {
    return TypeReference.create(Address.class);
  }

  private static TypeReference<Cid> cid() {
    return TypeReference.create(Cid.class);
  }

  private static TypeReference<DynamicArray<Uint256>> uints() {
    return new TypeReference<>() {};
  }

  private static TypeReference<DynamicArray<Utf8String>> strings() {
    return new TypeReference<>() {};
  }

  private static TypeReference<DynamicArray<DynamicBytes>> byteStrings() {
    return new TypeReference<>() {};
  }
}

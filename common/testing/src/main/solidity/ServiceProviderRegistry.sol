// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Owned} from "./Owned.sol";

/// @notice The devnet's ServiceProviderRegistry: who is a storage provider, who is paid for it, and what it offers.
///         Product type 0 is PDP; its `serviceURL` capability is where pieces are fetched from, as raw UTF-8 bytes.
/// @dev    Facts it keeps: registration is open to anyone and no URL is checked; provider ids begin at 1 and are never
///         used again; a product's capabilities travel in full in ProductAdded and ProductUpdated.
///         Left out: the proxy and its upgrades, the check that a PDP product names its required capabilities, and
///         burning the registration fee (it must be paid, and stays in this contract).
contract ServiceProviderRegistry is Owned {
    struct ServiceProviderInfo {
        address serviceProvider;
        address payee;
        string name;
        string description;
        bool isActive;
    }

    struct ServiceProviderInfoView {
        uint256 providerId;
        ServiceProviderInfo info;
    }

    struct ServiceProduct {
        uint8 productType;
        string[] capabilityKeys;
        bool isActive;
    }

    struct ProviderWithProduct {
        uint256 providerId;
        ServiceProviderInfo providerInfo;
        ServiceProduct product;
        bytes[] productCapabilityValues;
    }

    struct PaginatedProviders {
        ProviderWithProduct[] providers;
        bool hasMore;
    }

    uint256 public constant REGISTRATION_FEE = 5 ether;
    uint256 public constant MAX_CAPABILITIES = 24;
    uint256 public constant MAX_CAPABILITY_KEY_LENGTH = 32;
    uint256 public constant MAX_CAPABILITY_VALUE_LENGTH = 128;
    string public constant VERSION = "1.0.0";
    uint8 private constant PDP = 0;

    uint256 private lastProviderId;
    uint256 public activeProviderCount;
    mapping(uint256 providerId => ServiceProviderInfo) public providers;
    mapping(address provider => uint256 providerId) public addressToProviderId;
    mapping(uint256 providerId => mapping(uint8 productType => ServiceProduct)) public providerProducts;
    mapping(uint256 providerId => mapping(uint8 productType => mapping(string key => bytes))) public
        productCapabilities;
    mapping(uint8 productType => uint256) public activeProductTypeProviderCount;
    mapping(uint8 productType => uint256) public productTypeProviderCount;

    event ProviderRegistered(uint256 indexed providerId, address indexed serviceProvider, address indexed payee);
    event ProviderInfoUpdated(uint256 indexed providerId);
    event ProviderRemoved(uint256 indexed providerId);
    event ProductAdded(
        uint256 indexed providerId,
        uint8 indexed productType,
        address serviceProvider,
        string[] capabilityKeys,
        bytes[] capabilityValues
    );
    event ProductUpdated(
        uint256 indexed providerId,
        uint8 indexed productType,
        address serviceProvider,
        string[] capabilityKeys,
        bytes[] capabilityValues
    );
    event ProductRemoved(uint256 indexed providerId, uint8 indexed productType);

    // ------------------------------------------------------------------------------------------ what a provider does

    /// @notice Registers the caller with its first product and names the address that is paid for its work.
    function registerProvider(
        address payee,
        string calldata name,
        string calldata description,
        uint8 productType,
        string[] calldata capabilityKeys,
        bytes[] calldata capabilityValues
    ) external payable returns (uint256 providerId) {
        require(payee != address(0), "Payee cannot be zero address");
        require(addressToProviderId[msg.sender] == 0, "Address already registered");
        require(msg.value == REGISTRATION_FEE, "Incorrect fee amount");

        providerId = ++lastProviderId;
        providers[providerId] = ServiceProviderInfo(msg.sender, payee, name, description, true);
        addressToProviderId[msg.sender] = providerId;
        activeProviderCount++;
        emit ProviderRegistered(providerId, msg.sender, payee);

        _addProduct(providerId, productType, capabilityKeys, capabilityValues);
    }

    function updateProviderInfo(string calldata name, string calldata description) external {
        uint256 providerId = _callersId();
        providers[providerId].name = name;
        providers[providerId].description = description;
        emit ProviderInfoUpdated(providerId);
    }

    function addProduct(uint8 productType, string[] calldata capabilityKeys, bytes[] calldata capabilityValues)
        external
    {
        _addProduct(_callersId(), productType, capabilityKeys, capabilityValues);
    }

    /// @notice Replaces all capabilities of the caller's product.
    function updateProduct(uint8 productType, string[] calldata capabilityKeys, bytes[] calldata capabilityValues)
        external
    {
        uint256 providerId = _callersId();
        ServiceProduct storage product = _activeProduct(providerId, productType);
        _forgetCapabilities(providerId, product);
        _storeCapabilities(providerId, productType, capabilityKeys, capabilityValues);
        emit ProductUpdated(providerId, productType, msg.sender, capabilityKeys, capabilityValues);
    }

    function removeProduct(uint8 productType) external {
        uint256 providerId = _callersId();
        _removeProduct(providerId, productType);
        emit ProductRemoved(providerId, productType);
    }

    /// @notice Ends the caller's registration. Its products go with it, without a ProductRemoved.
    function removeProvider() external {
        uint256 providerId = _callersId();
        if (providerProducts[providerId][PDP].isActive) _removeProduct(providerId, PDP);
        providers[providerId].isActive = false;
        delete addressToProviderId[msg.sender];
        activeProviderCount--;
        emit ProviderRemoved(providerId);
    }

    // --------------------------------------------------------------------------------------------------------- reads

    function getProvider(uint256 providerId) public view returns (ServiceProviderInfoView memory) {
        _checkKnown(providerId);
        return ServiceProviderInfoView(providerId, providers[providerId]);
    }

    function getProviderPayee(uint256 providerId) external view returns (address) {
        _checkKnown(providerId);
        return providers[providerId].payee;
    }

    /// @notice The provider that the address registered, or an all-zero answer.
    function getProviderByAddress(address provider) external view returns (ServiceProviderInfoView memory found) {
        uint256 providerId = addressToProviderId[provider];
        if (providerId != 0) found = getProvider(providerId);
    }

    function getProviderIdByAddress(address provider) external view returns (uint256) {
        return addressToProviderId[provider];
    }

    function getProvidersByIds(uint256[] calldata providerIds)
        external
        view
        returns (ServiceProviderInfoView[] memory providerInfos, bool[] memory validIds)
    {
        providerInfos = new ServiceProviderInfoView[](providerIds.length);
        validIds = new bool[](providerIds.length);
        for (uint256 i = 0; i < providerIds.length; i++) {
            validIds[i] = isProviderActive(providerIds[i]);
            if (validIds[i]) providerInfos[i] = getProvider(providerIds[i]);
        }
    }

    function getProviderWithProduct(uint256 providerId, uint8 productType)
        public
        view
        returns (ProviderWithProduct memory)
    {
        _checkKnown(providerId);
        ServiceProduct memory product = providerProducts[providerId][productType];
        return ProviderWithProduct(
            providerId, providers[providerId], product, getProductCapabilities(providerId, productType, product.capabilityKeys)
        );
    }

    function getProvidersByProductType(uint8 productType, bool onlyActive, uint256 offset, uint256 limit)
        external
        view
        returns (PaginatedProviders memory page)
    {
        uint256[] memory matches = new uint256[](lastProviderId);
        uint256 count = 0;
        for (uint256 id = 1; id <= lastProviderId; id++) {
            bool offers = providerProducts[id][productType].capabilityKeys.length > 0;
            bool active = providers[id].isActive && providerProducts[id][productType].isActive;
            if (onlyActive ? active : offers) matches[count++] = id;
        }
        (uint256 from, uint256 to) = _page(count, offset, limit);
        page.providers = new ProviderWithProduct[](to - from);
        for (uint256 i = from; i < to; i++) {
            page.providers[i - from] = getProviderWithProduct(matches[i], productType);
        }
        page.hasMore = to < count;
    }

    function getAllActiveProviders(uint256 offset, uint256 limit)
        external
        view
        returns (uint256[] memory providerIds, bool hasMore)
    {
        (uint256 from, uint256 to) = _page(activeProviderCount, offset, limit);
        providerIds = new uint256[](to - from);
        uint256 seen = 0;
        for (uint256 id = 1; id <= lastProviderId && seen < to; id++) {
            if (!providers[id].isActive) continue;
            if (seen >= from) providerIds[seen - from] = id;
            seen++;
        }
        hasMore = to < activeProviderCount;
    }

    function getAllProductCapabilities(uint256 providerId, uint8 productType)
        external
        view
        returns (bool isActive, string[] memory keys, bytes[] memory values)
    {
        _checkKnown(providerId);
        ServiceProduct storage product = providerProducts[providerId][productType];
        keys = product.capabilityKeys;
        return (product.isActive, keys, getProductCapabilities(providerId, productType, keys));
    }

    function getProductCapabilities(uint256 providerId, uint8 productType, string[] memory keys)
        public
        view
        returns (bytes[] memory values)
    {
        values = new bytes[](keys.length);
        for (uint256 i = 0; i < keys.length; i++) {
            values[i] = productCapabilities[providerId][productType][keys[i]];
        }
    }

    function providerHasProduct(uint256 providerId, uint8 productType) external view returns (bool) {
        return providerProducts[providerId][productType].isActive;
    }

    function isProviderActive(uint256 providerId) public view returns (bool) {
        return providers[providerId].isActive;
    }

    function isRegisteredProvider(address provider) external view returns (bool) {
        return addressToProviderId[provider] != 0;
    }

    function getProviderCount() external view returns (uint256) {
        return lastProviderId;
    }

    function getNextProviderId() external view returns (uint256) {
        return lastProviderId + 1;
    }

    // -------------------------------------------------------------------------------------------------------- inside

    function _callersId() private view returns (uint256 providerId) {
        providerId = addressToProviderId[msg.sender];
        require(providerId != 0, "Provider not registered");
    }

    function _checkKnown(uint256 providerId) private view {
        require(providerId > 0 && providerId <= lastProviderId, "Provider does not exist");
    }

    function _activeProduct(uint256 providerId, uint8 productType)
        private
        view
        returns (ServiceProduct storage product)
    {
        product = providerProducts[providerId][productType];
        require(product.isActive, "Product does not exist for provider");
    }

    function _addProduct(
        uint256 providerId,
        uint8 productType,
        string[] calldata capabilityKeys,
        bytes[] calldata capabilityValues
    ) private {
        ServiceProduct storage product = providerProducts[providerId][productType];
        require(!product.isActive, "Product already exists for provider");
        product.productType = productType;
        product.isActive = true;
        _storeCapabilities(providerId, productType, capabilityKeys, capabilityValues);
        activeProductTypeProviderCount[productType]++;
        productTypeProviderCount[productType]++;
        emit ProductAdded(providerId, productType, msg.sender, capabilityKeys, capabilityValues);
    }

    function _removeProduct(uint256 providerId, uint8 productType) private {
        ServiceProduct storage product = _activeProduct(providerId, productType);
        _forgetCapabilities(providerId, product);
        product.isActive = false;
        activeProductTypeProviderCount[productType]--;
        productTypeProviderCount[productType]--;
    }

    function _storeCapabilities(
        uint256 providerId,
        uint8 productType,
        string[] calldata keys,
        bytes[] calldata values
    ) private {
        require(keys.length == values.length, "Keys and values arrays must have same length");
        require(keys.length <= MAX_CAPABILITIES, "Too many capabilities");
        for (uint256 i = 0; i < keys.length; i++) {
            uint256 keyLength = bytes(keys[i]).length;
            require(keyLength > 0, "Capability key cannot be empty");
            require(keyLength <= MAX_CAPABILITY_KEY_LENGTH, "Capability key too long");
            require(values[i].length > 0, "Capability value cannot be empty");
            require(values[i].length <= MAX_CAPABILITY_VALUE_LENGTH, "Capability value too long");
            require(productCapabilities[providerId][productType][keys[i]].length == 0, "Duplicate capability key");
            productCapabilities[providerId][productType][keys[i]] = values[i];
        }
        providerProducts[providerId][productType].capabilityKeys = keys;
    }

    function _forgetCapabilities(uint256 providerId, ServiceProduct storage product) private {
        for (uint256 i = 0; i < product.capabilityKeys.length; i++) {
            delete productCapabilities[providerId][product.productType][product.capabilityKeys[i]];
        }
        delete product.capabilityKeys;
    }

    function _page(uint256 count, uint256 offset, uint256 limit) private pure returns (uint256 from, uint256 to) {
        from = offset < count ? offset : count;
        to = limit < count - from ? from + limit : count;
    }
}

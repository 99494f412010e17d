// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {FilecoinWarmStorageService} from "./FilecoinWarmStorageService.sol";

/// @notice The devnet's state view of FilecoinWarmStorageService: the functions by which everyone reads what that
///         contract holds. An erased or unknown data set reads as zeros.
contract FilecoinWarmStorageServiceStateView {
    /// @dev The order of fields is the real contract's.
    struct DataSetInfoView {
        uint256 pdpRailId;
        uint256 cacheMissRailId;
        uint256 cdnRailId;
        address payer;
        address payee;
        address serviceProvider;
        uint256 commissionBps;
        uint256 clientDataSetId;
        uint256 pdpEndEpoch;
        uint256 providerId;
        uint96 pendingOneTimePayments;
        uint96 lifecycleReserveBalance;
        uint256 dataSetId;
    }

    struct Rates {
        uint256 storagePerTibPerMonth;
        uint256 datasetFeePerMonth;
        uint256 cdnEgressPerTib;
        uint256 cacheMissEgressPerTib;
    }

    struct Fees {
        uint256 createDataSetFee;
        uint256 addPiecesBaseFee;
        uint256 addPiecesPerPieceFee;
        uint256 schedulePieceRemovalsFee;
        uint256 terminateFee;
    }

    struct Lockups {
        uint256 lifecycleReserveTarget;
        uint256 replenishThreshold;
        uint256 defaultLockupPeriod;
        uint256 cdnLockupAmount;
        uint256 cacheMissLockupAmount;
        uint256 cdnLockupPeriod;
    }

    struct PriceList {
        address token;
        Rates rates;
        Fees fees;
        Lockups lockups;
    }

    uint8 private constant INACTIVE = 0; // unknown, erased, or not yet proving
    uint8 private constant ACTIVE = 1;
    uint256 private constant LEAF_BYTES = 32;

    FilecoinWarmStorageService public immutable service;

    error ProvingPeriodNotInitialized(uint256 dataSetId);

    constructor(FilecoinWarmStorageService _service) {
        service = _service;
    }

    // ----------------------------------------------------------------------------------------------------- data sets

    function getDataSet(uint256 dataSetId) public view returns (DataSetInfoView memory info) {
        FilecoinWarmStorageService.DataSetInfo memory stored = service.dataSetInfo(dataSetId);
        info = DataSetInfoView(
            stored.pdpRailId,
            stored.cacheMissRailId,
            stored.cdnRailId,
            stored.payer,
            stored.payee,
            stored.serviceProvider,
            stored.commissionBps,
            stored.clientDataSetId,
            stored.pdpEndEpoch,
            stored.providerId,
            stored.pendingOneTimePayments,
            stored.lifecycleReserveBalance,
            stored.dataSetId
        );
    }

    function getDataSetStatus(uint256 dataSetId) external view returns (uint8 status) {
        return service.provingActivationEpoch(dataSetId) != 0 ? ACTIVE : INACTIVE;
    }

    function clientDataSets(address payer) public view returns (uint256[] memory dataSetIds) {
        return service.dataSetIdsOf(payer);
    }

    function clientDataSets(address payer, uint256 offset, uint256 limit)
        external
        view
        returns (uint256[] memory dataSetIds)
    {
        return _page(clientDataSets(payer), offset, limit);
    }

    function getClientDataSets(address client) external view returns (DataSetInfoView[] memory infos) {
        return _infos(clientDataSets(client));
    }

    function getClientDataSets(address client, uint256 offset, uint256 limit)
        external
        view
        returns (DataSetInfoView[] memory infos)
    {
        return _infos(_page(clientDataSets(client), offset, limit));
    }

    function getClientDataSetsLength(address payer) external view returns (uint256) {
        return clientDataSets(payer).length;
    }

    function clientNonces(address payer, uint256 nonce) external view returns (uint256) {
        return service.clientNonces(payer, nonce);
    }

    function railToDataSet(uint256 railId) external view returns (uint256) {
        return service.railToDataSet(railId);
    }

    function getDataSetSizeInBytes(uint256 leafCount) external pure returns (uint256) {
        return leafCount * LEAF_BYTES;
    }

    // ------------------------------------------------------------------------------------------------------ metadata

    function getAllDataSetMetadata(uint256 dataSetId)
        public
        view
        returns (string[] memory keys, string[] memory values)
    {
        return service.dataSetMetadata(dataSetId);
    }

    function getDataSetMetadata(uint256 dataSetId, string calldata key)
        external
        view
        returns (bool exists, string memory value)
    {
        (string[] memory keys, string[] memory values) = getAllDataSetMetadata(dataSetId);
        return _find(keys, values, key);
    }

    function getAllPieceMetadata(uint256 dataSetId, uint256 pieceId)
        public
        view
        returns (string[] memory keys, string[] memory values)
    {
        return service.pieceMetadata(dataSetId, pieceId);
    }

    function getPieceMetadata(uint256 dataSetId, uint256 pieceId, string calldata key)
        external
        view
        returns (bool exists, string memory value)
    {
        (string[] memory keys, string[] memory values) = getAllPieceMetadata(dataSetId, pieceId);
        return _find(keys, values, key);
    }

    // --------------------------------------------------------------------------------------------- providers and CDN

    function filBeamControllerAddress() external view returns (address) {
        return service.filBeamControllerAddress();
    }

    function isProviderApproved(uint256 providerId) external view returns (bool) {
        return service.isProviderApproved(providerId);
    }

    function getApprovedProviders(uint256 offset, uint256 limit)
        external
        view
        returns (uint256[] memory providerIds)
    {
        return _page(service.approvedProviders(), offset, limit);
    }

    function getApprovedProvidersLength() external view returns (uint256 count) {
        return service.approvedProviders().length;
    }

    // ------------------------------------------------------------------------------------------------------- proving

    function getPDPConfig()
        external
        view
        returns (
            uint64 maxProvingPeriod,
            uint256 challengeWindowSize,
            uint256 challengesPerProof,
            uint256 initChallengeWindowStart
        )
    {
        maxProvingPeriod = service.maxProvingPeriod();
        challengeWindowSize = service.challengeWindowSize();
        challengesPerProof = service.CHALLENGES_PER_PROOF();
        initChallengeWindowStart = block.number + maxProvingPeriod - challengeWindowSize;
    }

    /// @notice Where the challenge window begins of the period that nextProvingPeriod would open now.
    function nextPDPChallengeWindowStart(uint256 setId) external view returns (uint256) {
        uint256 deadline = service.provingDeadline(setId);
        if (deadline == 0) revert ProvingPeriodNotInitialized(setId);
        uint256 period = service.maxProvingPeriod();
        uint256 skipped = block.number > deadline ? (block.number - deadline - 1) / period : 0;
        return deadline + period * (skipped + 1) - service.challengeWindowSize();
    }

    function provingDeadline(uint256 setId) external view returns (uint256) {
        return service.provingDeadline(setId);
    }

    function provingActivationEpoch(uint256 dataSetId) external view returns (uint256) {
        return service.provingActivationEpoch(dataSetId);
    }

    function provenThisPeriod(uint256 dataSetId) external view returns (bool) {
        return service.provenThisPeriod(dataSetId);
    }

    function provenPeriods(uint256 dataSetId, uint256 periodId) external view returns (bool) {
        return service.provenPeriods(dataSetId, periodId);
    }

    // -------------------------------------------------------------------------------------------------------- prices

    function getCurrentPricingRates() external view returns (uint256 storagePrice, uint256 datasetFee) {
        return (service.STORAGE_PRICE_PER_TIB_PER_MONTH(), service.DATASET_FEE_PER_MONTH());
    }

    /// @notice What things cost. The devnet charges no operation fees and keeps no lifecycle reserve.
    function getPriceList() external view returns (PriceList memory list) {
        uint256 egress = service.EGRESS_PRICE_PER_TIB();
        list.token = service.usdfcTokenAddress();
        list.rates =
            Rates(service.STORAGE_PRICE_PER_TIB_PER_MONTH(), service.DATASET_FEE_PER_MONTH(), egress, egress);
        list.lockups = Lockups(
            0,
            0,
            service.PDP_LOCKUP_PERIOD(),
            service.CDN_LOCKUP(),
            service.CACHE_MISS_LOCKUP(),
            service.CDN_LOCKUP_PERIOD()
        );
    }

    function serviceCommissionBps() external pure returns (uint256) {
        return 0;
    }

    // -------------------------------------------------------------------------------------------------------- inside

    function _infos(uint256[] memory ids) private view returns (DataSetInfoView[] memory infos) {
        infos = new DataSetInfoView[](ids.length);
        for (uint256 i = 0; i < ids.length; i++) {
            infos[i] = getDataSet(ids[i]);
        }
    }

    /// @dev A limit of 0 means all.
    function _page(uint256[] memory all, uint256 offset, uint256 limit) private pure returns (uint256[] memory page) {
        uint256 from = offset < all.length ? offset : all.length;
        uint256 count = limit == 0 || limit > all.length - from ? all.length - from : limit;
        page = new uint256[](count);
        for (uint256 i = 0; i < count; i++) {
            page[i] = all[from + i];
        }
    }

    function _find(string[] memory keys, string[] memory values, string calldata key)
        private
        pure
        returns (bool exists, string memory value)
    {
        for (uint256 i = 0; i < keys.length; i++) {
            if (keccak256(bytes(keys[i])) == keccak256(bytes(key))) return (true, values[i]);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Owned} from "./Owned.sol";
import {FilecoinPay} from "./FilecoinPay.sol";
import {FilecoinWarmStorageService} from "./FilecoinWarmStorageService.sol";
import {FilecoinWarmStorageServiceStateView} from "./FilecoinWarmStorageServiceStateView.sol";

/// @notice The devnet's FilBeamOperator: takes the CDN's usage reports, keeps what each data set owes, and has it paid
///         out of the data set's two CDN rails.
/// @dev    Facts it keeps, each on purpose:
///         - A report is all or nothing. It is refused unless toEpoch lies beyond the last reported epoch of every data
///           set listed, so listing one twice refuses the whole call. toEpoch is never compared with block.number.
///         - Unknown data sets are accepted; the rate per byte is fixed when the report lands.
///         - Settling is open to all. A data set that owes nothing, or whose rails FWSS does not know, is passed over in
///           silence; a payment is cut to the rail's fixed lockup and the rest stays owed; but one rail that refuses
///           (ended, finalised, or a controller change in FWSS) reverts the whole call.
contract FilBeamOperator is Owned {
    struct DataSetUsage {
        uint256 cdnAmount;
        uint256 cacheMissAmount;
        uint256 maxReportedEpoch;
    }

    address public immutable fwssContractAddress;
    address public immutable fwssStateViewContractAddress;
    address public immutable paymentsContractAddress;
    uint256 public immutable cdnRatePerByte;
    uint256 public immutable cacheMissRatePerByte;
    address public filBeamOperatorController;
    mapping(uint256 dataSetId => DataSetUsage) public dataSetUsage;

    event UsageReported(
        uint256 indexed dataSetId,
        uint256 indexed fromEpoch,
        uint256 indexed toEpoch,
        uint256 cdnBytesUsed,
        uint256 cacheMissBytesUsed
    );
    event CDNSettlement(uint256 indexed dataSetId, uint256 cdnAmount);
    event CacheMissSettlement(uint256 indexed dataSetId, uint256 cacheMissAmount);
    event PaymentRailsTerminated(uint256 indexed dataSetId);
    event FilBeamControllerUpdated(address indexed oldController, address indexed newController);
    event FwssFilBeamControllerChanged(address indexed previousController, address indexed newController);

    error InvalidAddress();
    error InvalidRate();
    error InvalidEpoch();
    error InvalidUsageAmount();
    error Unauthorized();

    constructor(
        address _fwssAddress,
        address _fwssStateViewAddress,
        address _paymentsAddress,
        uint256 _cdnRatePerByte,
        uint256 _cacheMissRatePerByte,
        address _filBeamOperatorController
    ) {
        _checkAddress(_fwssAddress);
        _checkAddress(_fwssStateViewAddress);
        _checkAddress(_paymentsAddress);
        _checkAddress(_filBeamOperatorController);
        if (_cdnRatePerByte == 0 || _cacheMissRatePerByte == 0) revert InvalidRate();
        fwssContractAddress = _fwssAddress;
        fwssStateViewContractAddress = _fwssStateViewAddress;
        paymentsContractAddress = _paymentsAddress;
        cdnRatePerByte = _cdnRatePerByte;
        cacheMissRatePerByte = _cacheMissRatePerByte;
        filBeamOperatorController = _filBeamOperatorController;
    }

    modifier onlyController() {
        if (msg.sender != filBeamOperatorController) revert Unauthorized();
        _;
    }

    function recordUsageRollups(
        uint256 toEpoch,
        uint256[] calldata dataSetIds,
        uint256[] calldata cdnBytesUsed,
        uint256[] calldata cacheMissBytesUsed
    ) external onlyController {
        if (dataSetIds.length != cdnBytesUsed.length || dataSetIds.length != cacheMissBytesUsed.length) {
            revert InvalidUsageAmount();
        }
        for (uint256 i = 0; i < dataSetIds.length; i++) {
            DataSetUsage storage usage = dataSetUsage[dataSetIds[i]];
            uint256 lastEpoch = usage.maxReportedEpoch;
            if (toEpoch <= lastEpoch) revert InvalidEpoch();
            usage.maxReportedEpoch = toEpoch;
            usage.cdnAmount += cdnBytesUsed[i] * cdnRatePerByte;
            usage.cacheMissAmount += cacheMissBytesUsed[i] * cacheMissRatePerByte;
            emit UsageReported(dataSetIds[i], lastEpoch + 1, toEpoch, cdnBytesUsed[i], cacheMissBytesUsed[i]);
        }
    }

    function settleCDNPaymentRails(uint256[] calldata dataSetIds) external {
        for (uint256 i = 0; i < dataSetIds.length; i++) {
            uint256 dataSetId = dataSetIds[i];
            uint256 owed = dataSetUsage[dataSetId].cdnAmount;
            uint256 payable_ = owed == 0 ? 0 : _capped(owed, _dataSet(dataSetId).cdnRailId);
            if (payable_ == 0) continue;
            dataSetUsage[dataSetId].cdnAmount = owed - payable_;
            FilecoinWarmStorageService(fwssContractAddress).settleFilBeamPaymentRails(dataSetId, payable_, 0);
            emit CDNSettlement(dataSetId, payable_);
        }
    }

    function settleCacheMissPaymentRails(uint256[] calldata dataSetIds) external {
        for (uint256 i = 0; i < dataSetIds.length; i++) {
            uint256 dataSetId = dataSetIds[i];
            uint256 owed = dataSetUsage[dataSetId].cacheMissAmount;
            uint256 payable_ = owed == 0 ? 0 : _capped(owed, _dataSet(dataSetId).cacheMissRailId);
            if (payable_ == 0) continue;
            dataSetUsage[dataSetId].cacheMissAmount = owed - payable_;
            FilecoinWarmStorageService(fwssContractAddress).settleFilBeamPaymentRails(dataSetId, 0, payable_);
            emit CacheMissSettlement(dataSetId, payable_);
        }
    }

    function terminateCDNPaymentRails(uint256 dataSetId) external onlyController {
        FilecoinWarmStorageService(fwssContractAddress).terminateCDNService(dataSetId);
        emit PaymentRailsTerminated(dataSetId);
    }

    /// @notice Names the key that may report usage and end CDN rails.
    function setFilBeamOperatorController(address _filBeamOperatorController) external onlyOwner {
        _checkAddress(_filBeamOperatorController);
        emit FilBeamControllerUpdated(filBeamOperatorController, _filBeamOperatorController);
        filBeamOperatorController = _filBeamOperatorController;
    }

    /// @notice Hands FWSS's CDN to another operator contract: from then on this one reports but cannot settle.
    function transferFwssFilBeamController(address newController) external onlyOwner {
        _checkAddress(newController);
        FilecoinWarmStorageService(fwssContractAddress).transferFilBeamController(newController);
        emit FwssFilBeamControllerChanged(address(this), newController);
    }

    function _dataSet(uint256 dataSetId)
        private
        view
        returns (FilecoinWarmStorageServiceStateView.DataSetInfoView memory)
    {
        return FilecoinWarmStorageServiceStateView(fwssStateViewContractAddress).getDataSet(dataSetId);
    }

    /// @dev What the rail's fixed lockup lets be paid of `owed`; 0 where there is no rail. Reverts on a finalised rail.
    function _capped(uint256 owed, uint256 railId) private view returns (uint256) {
        if (railId == 0) return 0;
        uint256 lockup = FilecoinPay(paymentsContractAddress).getRail(railId).lockupFixed;
        return owed < lockup ? owed : lockup;
    }

    function _checkAddress(address account) private pure {
        if (account == address(0)) revert InvalidAddress();
    }
}

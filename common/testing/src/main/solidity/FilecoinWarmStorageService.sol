// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {DevToken} from "./DevToken.sol";
import {FilecoinPay, IValidator} from "./FilecoinPay.sol";
import {Owned} from "./Owned.sol";
import {PDPListener, PDPVerifier} from "./PDPVerifier.sol";
import {Cid} from "./PieceCids.sol";
import {ServiceProviderRegistry} from "./ServiceProviderRegistry.sol";

/// @notice The devnet's FilecoinWarmStorageService 1.3.0: knows who pays for a data set, who stores it, and whether it has
///         the CDN; opens its rails and ends them.
/// @dev    Facts it keeps:
///         - `withCDN` among a data set's metadata keys is the CDN flag. It opens two more rails: the CDN rail pays the
///           beneficiary of the CDN, the cache-miss rail pays the provider's payee; 0.7 and 0.3 tokens are locked up at
///           once, and CDNPaymentRailsToppedUp comes before DataSetCreated.
///         - The CDN rails have no validator: a payer who ends one at FilecoinPay leaves no event here. The PDP rail has
///           this contract, which refuses any terminator but itself.
///         - terminateService ends the PDP rail alone; the CDN rails and `withCDN` live on. Whenever this contract ends
///           the CDN it emits CDNServiceTerminated, also for rails that are gone already.
///         - Deleting erases the data set. Without terminateService it takes 30 unproven days (abandonment), and then the
///           CDN rails lose their lockup on the spot, whatever the operator was still owed.
///         - Only the controller settles CDN rails or ends them; it hands its role on itself.
///         Left out: the payer's EIP-712 signature in extraData is NOT verified and there are no session keys; there are no
///         operation fees and no lifecycle reserve, so that a payee's funds hold nothing but payments along rails; a
///         faulted proving period is recorded but costs the provider nothing; no proxy, no planned upgrades.
contract FilecoinWarmStorageService is Owned, PDPListener, IValidator {
    struct DataSetInfo {
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

    struct ServicePricing {
        uint256 pricePerTiBPerMonthNoCDN;
        uint256 pricePerTiBCdnEgress;
        uint256 pricePerTiBCacheMissEgress;
        address tokenAddress;
        uint256 epochsPerMonth;
        uint256 datasetFeePerMonth;
    }

    string public constant VERSION = "1.3.0";
    uint256 public constant STORAGE_PRICE_PER_TIB_PER_MONTH = 2.5e18;
    uint256 public constant DATASET_FEE_PER_MONTH = 0.024e18;
    uint256 public constant EGRESS_PRICE_PER_TIB = 7e18;
    uint256 public constant CDN_LOCKUP = 0.7e18;
    uint256 public constant CACHE_MISS_LOCKUP = 0.3e18;
    uint256 public constant EPOCHS_PER_MONTH = 86_400;
    uint256 public constant PDP_LOCKUP_PERIOD = 86_400;
    uint256 public constant CDN_LOCKUP_PERIOD = 14_400;
    uint256 public constant CHALLENGES_PER_PROOF = 5;
    uint256 private constant TIB = 1 << 40;
    uint256 private constant NOT_SCHEDULED = 0;
    uint256 private constant MAX_DATA_SET_KEYS = 10;
    uint256 private constant MAX_PIECE_KEYS = 5;
    uint256 private constant MAX_KEY_LENGTH = 32;
    uint256 private constant MAX_VALUE_LENGTH = 128;
    string private constant WITH_CDN = "withCDN";

    address public immutable pdpVerifierAddress;
    address public immutable paymentsContractAddress;
    address public immutable usdfcTokenAddress;
    address public immutable filBeamBeneficiaryAddress;
    address public immutable serviceProviderRegistry;
    address public immutable sessionKeyRegistry;
    FilecoinPay private immutable pay;

    // Below: what the state view reads, beyond the real contract's functions.
    address public viewContractAddress;
    address public filBeamControllerAddress;
    uint64 public maxProvingPeriod;
    uint256 public challengeWindowSize;
    mapping(uint256 providerId => bool) public isProviderApproved;
    mapping(address payer => mapping(uint256 nonce => uint256)) public clientNonces;
    mapping(uint256 railId => uint256 dataSetId) public railToDataSet;
    mapping(uint256 dataSetId => uint256) public provingDeadline;
    mapping(uint256 dataSetId => uint256) public provingActivationEpoch;
    mapping(uint256 dataSetId => bool) public provenThisPeriod;
    mapping(uint256 dataSetId => mapping(uint256 period => bool)) public provenPeriods;
    uint256[] private approvedProviderIds;
    mapping(uint256 dataSetId => DataSetInfo) private dataSets;
    mapping(address payer => uint256[]) private dataSetsOf;
    mapping(uint256 dataSetId => string[]) private keysOf;
    mapping(uint256 dataSetId => string[]) private valuesOf;
    mapping(uint256 dataSetId => mapping(uint256 pieceId => string[])) private pieceKeysOf;
    mapping(uint256 dataSetId => mapping(uint256 pieceId => string[])) private pieceValuesOf;
    mapping(uint256 dataSetId => uint256[]) private scheduledRemovals;

    event FilecoinServiceDeployed(string name, string description);
    event ViewContractSet(address indexed viewContract);
    event FilBeamControllerChanged(address oldController, address newController);
    event ProviderApproved(uint256 indexed providerId);
    event ProviderUnapproved(uint256 indexed providerId);
    event DataSetCreated(
        uint256 indexed dataSetId,
        uint256 indexed providerId,
        uint256 pdpRailId,
        uint256 cacheMissRailId,
        uint256 cdnRailId,
        address payer,
        address serviceProvider,
        address payee,
        string[] metadataKeys,
        string[] metadataValues
    );
    event PieceAdded(
        uint256 indexed dataSetId, uint256 indexed pieceId, Cid pieceCid, string[] keys, string[] values
    );
    event RailRateUpdated(uint256 indexed dataSetId, uint256 railId, uint256 newRate);
    event FaultRecord(uint256 indexed dataSetId, uint256 periodsFaulted, uint256 deadline);
    event ServiceTerminated(
        address indexed approver,
        uint256 indexed dataSetId,
        uint256 pdpRailId,
        uint256 cacheMissRailId,
        uint256 cdnRailId
    );
    event PDPPaymentTerminated(uint256 indexed dataSetId, uint256 endEpoch, uint256 pdpRailId);
    event CDNPaymentRailsToppedUp(
        uint256 indexed dataSetId,
        uint256 cdnAmountAdded,
        uint256 totalCdnLockup,
        uint256 cacheMissAmountAdded,
        uint256 totalCacheMissLockup
    );
    event CDNServiceTerminated(
        address indexed caller, uint256 indexed dataSetId, uint256 cacheMissRailId, uint256 cdnRailId
    );
    event DataSetAbandoned(
        uint256 indexed dataSetId, uint256 pdpRailId, uint256 cacheMissRailId, uint256 cdnRailId
    );

    error CacheMissPaymentAlreadyTerminated(uint256 dataSetId);
    error CallerNotPayer(uint256 dataSetId, address expectedPayer, address caller);
    error CallerNotPayerOrPayee(
        uint256 dataSetId, address expectedPayer, address expectedPayee, address caller
    );
    error CallerNotPayments(address expected, address actual);
    error CallerNotServiceProvider(uint256 dataSetId, address expectedServiceProvider, address caller);
    error CDNPaymentAlreadyTerminated(uint256 dataSetId);
    error ChallengeWindowTooEarly(uint256 dataSetId, uint256 windowStart, uint256 nowBlock);
    error ClientDataSetAlreadyRegistered(uint256 clientDataSetId);
    error DataSetNotAbandoned(uint256 dataSetId, uint256 requiredEpoch, uint256 currentBlock);
    error DataSetNotFoundForRail(uint256 railId);
    error DataSetNotRegistered(uint256 dataSetId);
    error DataSetPaymentAlreadyTerminated(uint256 dataSetId);
    error DataSetPaymentBeyondEndEpoch(uint256 dataSetId, uint256 pdpEndEpoch, uint256 currentBlock);
    error DuplicateMetadataKey(uint256 dataSetId, string key);
    error ExtraDataRequired();
    error FilBeamServiceNotConfigured(uint256 dataSetId);
    error InsufficientLockupAllowance(
        address payer, address operator, uint256 lockupAllowance, uint256 lockupUsage, uint256 required
    );
    error InsufficientLockupFunds(address payer, uint256 minimumRequired, uint256 available);
    error InsufficientMaxLockupPeriod(
        address payer, address operator, uint256 maxLockupPeriod, uint256 required
    );
    error InsufficientRateAllowance(
        address payer, address operator, uint256 rateAllowance, uint256 rateUsage, uint256 required
    );
    error InvalidChallengeCount(uint256 dataSetId, uint256 minExpected, uint256 actual);
    error InvalidChallengeEpoch(uint256 dataSetId, uint256 minAllowed, uint256 maxAllowed, uint256 actual);
    error InvalidChallengeWindowSize(uint256 maxProvingPeriod, uint256 challengeWindowSize);
    error InvalidDataSetId(uint256 dataSetId);
    error InvalidInitialization();
    error InvalidTopUpAmount(uint256 dataSetId);
    error MaxProvingPeriodZero();
    error MetadataArrayCountMismatch(uint256 metadataArrayCount, uint256 pieceCount);
    error MetadataKeyAndValueLengthMismatch(uint256 keysLength, uint256 valuesLength);
    error MetadataKeyExceedsMaxLength(uint256 index, uint256 maxAllowed, uint256 length);
    error MetadataValueExceedsMaxLength(uint256 index, uint256 maxAllowed, uint256 length);
    error NextProvingPeriodAlreadyCalled(uint256 dataSetId, uint256 periodDeadline, uint256 nowBlock);
    error OnlyFilBeamControllerAllowed(address expected, address actual);
    error OnlyPDPVerifierAllowed(address expected, address actual);
    error OperatorNotApproved(address payer, address operator);
    error PaymentRailsNotFinalized(uint256 dataSetId, uint256 pdpEndEpoch);
    error ProofAlreadySubmitted(uint256 dataSetId);
    error ProviderAlreadyApproved(uint256 providerId);
    error ProviderIdMismatchAtIndex(uint256 index, uint256 providerId);
    error ProviderNotInApprovedList(uint256 providerId);
    error ProviderNotRegistered(address provider);
    error ProvingNotStarted(uint256 dataSetId);
    error ProvingPeriodPassed(uint256 dataSetId, uint256 deadline, uint256 nowBlock);
    error RailNotAssociated(uint256 railId);
    error RailNotFullySettled(uint256 railId, uint256 settledUpTo, uint256 endEpoch);
    error ServiceContractMustTerminateRail();
    error StorageProviderChangesNotSupported();
    error TooManyMetadataKeys(uint256 maxAllowed, uint256 keysLength);
    error ZeroAddress(uint8 field);

    constructor(
        address _pdpVerifierAddress,
        address _paymentsContractAddress,
        address _usdfc,
        address _filBeamBeneficiaryAddress,
        address _serviceProviderRegistry,
        address _sessionKeyRegistry,
        uint64
    ) {
        pdpVerifierAddress = _pdpVerifierAddress;
        paymentsContractAddress = _paymentsContractAddress;
        usdfcTokenAddress = _usdfc;
        filBeamBeneficiaryAddress = _filBeamBeneficiaryAddress;
        serviceProviderRegistry = _serviceProviderRegistry;
        sessionKeyRegistry = _sessionKeyRegistry;
        pay = FilecoinPay(_paymentsContractAddress);
    }

    modifier onlyPDPVerifier() {
        if (msg.sender != pdpVerifierAddress) revert OnlyPDPVerifierAllowed(pdpVerifierAddress, msg.sender);
        _;
    }

    modifier onlyFilBeamController() {
        if (msg.sender != filBeamControllerAddress) {
            revert OnlyFilBeamControllerAllowed(filBeamControllerAddress, msg.sender);
        }
        _;
    }

    // ------------------------------------------------------------------------------------------------ the owner's part

    /// @notice Once, after deployment: the proving schedule in epochs, and who controls the CDN.
    function initialize(
        uint64 _maxProvingPeriod,
        uint256 _challengeWindowSize,
        address _filBeamControllerAddress,
        string calldata _name,
        string calldata _description
    ) external onlyOwner {
        if (filBeamControllerAddress != address(0)) revert InvalidInitialization();
        configureProvingPeriod(_maxProvingPeriod, _challengeWindowSize);
        filBeamControllerAddress = _filBeamControllerAddress;
        emit FilecoinServiceDeployed(_name, _description);
    }

    function configureProvingPeriod(uint64 _maxProvingPeriod, uint256 _challengeWindowSize) public onlyOwner {
        if (_maxProvingPeriod == 0) revert MaxProvingPeriodZero();
        if (_challengeWindowSize == 0 || _challengeWindowSize >= _maxProvingPeriod) {
            revert InvalidChallengeWindowSize(_maxProvingPeriod, _challengeWindowSize);
        }
        maxProvingPeriod = _maxProvingPeriod;
        challengeWindowSize = _challengeWindowSize;
    }

    function setViewContract(address _viewContract) external onlyOwner {
        viewContractAddress = _viewContract;
        emit ViewContractSet(_viewContract);
    }

    /// @notice Adds to the list of recommended providers. Being on it is not a condition for anything here.
    function addApprovedProvider(uint256 providerId) external onlyOwner {
        if (isProviderApproved[providerId]) revert ProviderAlreadyApproved(providerId);
        isProviderApproved[providerId] = true;
        approvedProviderIds.push(providerId);
        emit ProviderApproved(providerId);
    }

    function removeApprovedProvider(uint256 providerId, uint256 index) external onlyOwner {
        if (!isProviderApproved[providerId]) revert ProviderNotInApprovedList(providerId);
        if (approvedProviderIds[index] != providerId) revert ProviderIdMismatchAtIndex(index, providerId);
        isProviderApproved[providerId] = false;
        approvedProviderIds[index] = approvedProviderIds[approvedProviderIds.length - 1];
        approvedProviderIds.pop();
        emit ProviderUnapproved(providerId);
    }

    // ------------------------------------------------------------------------------------- what the verifier reports

    /// @param extraData abi.encode(payer, clientDataSetId, metadata keys, metadata values, signature); the signature is
    ///                  not verified on the devnet
    function dataSetCreated(uint256 dataSetId, address serviceProvider, bytes calldata extraData)
        external
        onlyPDPVerifier
    {
        if (extraData.length == 0) revert ExtraDataRequired();
        (address payer, uint256 clientDataSetId, string[] memory keys, string[] memory values,) =
            abi.decode(extraData, (address, uint256, string[], string[], bytes));
        ServiceProviderRegistry registry = ServiceProviderRegistry(serviceProviderRegistry);
        uint256 providerId = registry.getProviderIdByAddress(serviceProvider);
        if (payer == address(0)) revert ZeroAddress(1);
        if (providerId == 0) revert ProviderNotRegistered(serviceProvider);
        _spendNonce(payer, clientDataSetId, dataSetId);
        _checkMetadata(dataSetId, keys, values, MAX_DATA_SET_KEYS);

        DataSetInfo storage info = dataSets[dataSetId];
        info.payer = payer;
        info.payee = registry.getProviderPayee(providerId);
        info.serviceProvider = serviceProvider;
        info.clientDataSetId = clientDataSetId;
        info.providerId = providerId;
        info.dataSetId = dataSetId;
        dataSetsOf[payer].push(dataSetId);
        keysOf[dataSetId] = keys;
        valuesOf[dataSetId] = values;
        _openRails(dataSetId, info, _indexOf(keys, WITH_CDN) < keys.length);
        emit DataSetCreated(
            dataSetId,
            providerId,
            info.pdpRailId,
            info.cacheMissRailId,
            info.cdnRailId,
            payer,
            serviceProvider,
            info.payee,
            keys,
            values
        );
    }

    /// @param extraData abi.encode(nonce, metadata keys per piece, metadata values per piece, signature); both metadata
    ///                  arrays may be empty; the signature is not verified on the devnet
    function piecesAdded(uint256 dataSetId, uint256 firstAdded, Cid[] memory pieceData, bytes calldata extraData)
        external
        onlyPDPVerifier
    {
        DataSetInfo storage info = _unterminated(dataSetId);
        if (extraData.length == 0) revert ExtraDataRequired();
        (uint256 nonce, string[][] memory keys, string[][] memory values,) =
            abi.decode(extraData, (uint256, string[][], string[][], bytes));
        _spendNonce(info.payer, nonce, ((firstAdded + pieceData.length) << 128) | dataSetId);
        if (keys.length == 0 && values.length == 0) {
            keys = new string[][](pieceData.length);
            values = new string[][](pieceData.length);
        }
        if (keys.length != pieceData.length) revert MetadataArrayCountMismatch(keys.length, pieceData.length);
        if (values.length != pieceData.length) revert MetadataArrayCountMismatch(values.length, pieceData.length);

        _updateRate(dataSetId, info, PDPVerifier(pdpVerifierAddress).getDataSetLeafCount(dataSetId));
        for (uint256 i = 0; i < pieceData.length; i++) {
            _checkMetadata(dataSetId, keys[i], values[i], MAX_PIECE_KEYS);
            pieceKeysOf[dataSetId][firstAdded + i] = keys[i];
            pieceValuesOf[dataSetId][firstAdded + i] = values[i];
            emit PieceAdded(dataSetId, firstAdded + i, pieceData[i], keys[i], values[i]);
        }
    }

    /// @param extraData abi.encode(signature), not verified on the devnet
    function piecesScheduledRemove(uint256 dataSetId, uint256[] memory pieceIds, bytes calldata extraData)
        external
        onlyPDPVerifier
    {
        _registered(dataSetId);
        _checkNotBeyondEnd(dataSetId);
        if (extraData.length == 0) revert ExtraDataRequired();
        for (uint256 i = 0; i < pieceIds.length; i++) {
            scheduledRemovals[dataSetId].push(pieceIds[i]);
        }
    }

    /// @notice A proof counts once a period, in the window at the period's end.
    function possessionProven(uint256 dataSetId, uint256, uint256, uint256 challengeCount) external onlyPDPVerifier {
        _checkNotBeyondEnd(dataSetId);
        uint256 deadline = provingDeadline[dataSetId];
        if (provenThisPeriod[dataSetId]) revert ProofAlreadySubmitted(dataSetId);
        if (challengeCount < CHALLENGES_PER_PROOF) {
            revert InvalidChallengeCount(dataSetId, CHALLENGES_PER_PROOF, challengeCount);
        }
        if (deadline == NOT_SCHEDULED) revert ProvingNotStarted(dataSetId);
        if (block.number > deadline) revert ProvingPeriodPassed(dataSetId, deadline, block.number);
        if (block.number < deadline - challengeWindowSize) {
            revert ChallengeWindowTooEarly(dataSetId, deadline - challengeWindowSize, block.number);
        }
        provenThisPeriod[dataSetId] = true;
        provenPeriods[dataSetId][getProvingPeriodForEpoch(dataSetId, block.number)] = true;
    }

    /// @notice Opens the next period, once in each; the challenge must fall in the window at that period's end.
    function nextProvingPeriod(uint256 dataSetId, uint256 challengeEpoch, uint256 leafCount, bytes calldata)
        external
        onlyPDPVerifier
    {
        DataSetInfo storage info = _registered(dataSetId);
        _checkNotBeyondEnd(dataSetId);
        uint256 deadline = provingDeadline[dataSetId];
        uint256 next;
        if (deadline == NOT_SCHEDULED) {
            next = block.number + maxProvingPeriod;
            if (provingActivationEpoch[dataSetId] == 0) provingActivationEpoch[dataSetId] = block.number;
        } else {
            if (block.number <= deadline - maxProvingPeriod) {
                revert NextProvingPeriodAlreadyCalled(dataSetId, deadline - maxProvingPeriod, block.number);
            }
            uint256 skipped = block.number > deadline ? (block.number - deadline - 1) / maxProvingPeriod : 0;
            uint256 faults = provenThisPeriod[dataSetId] ? skipped : skipped + 1;
            if (faults > 0) emit FaultRecord(dataSetId, faults, deadline);
            next = deadline + maxProvingPeriod * (skipped + 1);
        }
        if (leafCount == 0) {
            next = NOT_SCHEDULED;
        } else if (challengeEpoch < next - challengeWindowSize || challengeEpoch > next) {
            revert InvalidChallengeEpoch(dataSetId, next - challengeWindowSize, next, challengeEpoch);
        }
        provingDeadline[dataSetId] = next;
        provenThisPeriod[dataSetId] = false;
        if (_forgetRemovedPieces(dataSetId)) _updateRate(dataSetId, info, leafCount);
    }

    /// @notice Erases the data set: after its PDP rail has ended and been settled, or because it was abandoned.
    function dataSetDeleted(uint256 dataSetId, uint256, bytes calldata) external onlyPDPVerifier {
        DataSetInfo storage info = _registered(dataSetId);
        if (info.pdpEndEpoch == 0) {
            _checkAbandoned(dataSetId);
            _abandonRails(dataSetId, info);
        } else {
            if (block.number < info.pdpEndEpoch) revert PaymentRailsNotFinalized(dataSetId, info.pdpEndEpoch);
            _checkSettled(info.pdpRailId);
            if (info.cdnRailId != 0) _endCdnRails(dataSetId, info);
        }
        _erase(dataSetId, info);
    }

    function storageProviderChanged(uint256, address, address, bytes calldata) external view onlyPDPVerifier {
        revert StorageProviderChangesNotSupported();
    }

    // --------------------------------------------------------------------------------------- what payer and provider do

    /// @notice Adds to what the CDN rails hold back. The payer's account must cover it.
    function topUpCDNPaymentRails(uint256 dataSetId, uint256 cdnAmountToAdd, uint256 cacheMissAmountToAdd) external {
        DataSetInfo storage info = dataSets[dataSetId];
        if (info.pdpRailId == 0) revert InvalidDataSetId(dataSetId);
        if (msg.sender != info.payer) revert CallerNotPayer(dataSetId, info.payer, msg.sender);
        if (!_hasCdn(dataSetId)) revert FilBeamServiceNotConfigured(dataSetId);
        FilecoinPay.RailView memory cdn = pay.getRail(info.cdnRailId);
        FilecoinPay.RailView memory cacheMiss = pay.getRail(info.cacheMissRailId);
        if (cdn.endEpoch != 0) revert CDNPaymentAlreadyTerminated(dataSetId);
        if (cacheMiss.endEpoch != 0) revert CacheMissPaymentAlreadyTerminated(dataSetId);
        if (cdnAmountToAdd == 0 && cacheMissAmountToAdd == 0) revert InvalidTopUpAmount(dataSetId);

        uint256 cdnLockup = cdn.lockupFixed + cdnAmountToAdd;
        uint256 cacheMissLockup = cacheMiss.lockupFixed + cacheMissAmountToAdd;
        pay.modifyRailLockup(info.cdnRailId, CDN_LOCKUP_PERIOD, cdnLockup);
        pay.modifyRailLockup(info.cacheMissRailId, CDN_LOCKUP_PERIOD, cacheMissLockup);
        emit CDNPaymentRailsToppedUp(dataSetId, cdnAmountToAdd, cdnLockup, cacheMissAmountToAdd, cacheMissLockup);
    }

    /// @notice Ends storage: the PDP rail alone. The CDN goes on.
    function terminateService(uint256 dataSetId) external {
        DataSetInfo storage info = _unterminated(dataSetId);
        if (msg.sender != info.payer && msg.sender != info.serviceProvider) {
            revert CallerNotPayerOrPayee(dataSetId, info.payer, info.serviceProvider, msg.sender);
        }
        _terminateService(dataSetId, info, msg.sender);
    }

    /// @notice As above, by the provider with the payer's consent: abi.encode(signature), not verified on the devnet.
    function terminateService(uint256 dataSetId, bytes calldata extraData) external {
        DataSetInfo storage info = _unterminated(dataSetId);
        if (extraData.length == 0) {
            if (msg.sender != info.payer && msg.sender != info.serviceProvider) {
                revert CallerNotPayerOrPayee(dataSetId, info.payer, info.serviceProvider, msg.sender);
            }
            _terminateService(dataSetId, info, msg.sender);
            return;
        }
        if (msg.sender != info.serviceProvider) {
            revert CallerNotServiceProvider(dataSetId, info.serviceProvider, msg.sender);
        }
        pay.modifyRailLockup(info.pdpRailId, 0, 0);
        _terminateService(dataSetId, info, info.payer);
    }

    // ------------------------------------------------------------------------------------------ what the controller does

    /// @notice Pays usage out of the CDN rails' lockup; an amount of 0 leaves its rail alone.
    function settleFilBeamPaymentRails(uint256 dataSetId, uint256 cdnAmount, uint256 cacheMissAmount)
        external
        onlyFilBeamController
    {
        DataSetInfo storage info = dataSets[dataSetId];
        if (info.cdnRailId == 0 || info.cacheMissRailId == 0) revert InvalidDataSetId(dataSetId);
        if (cdnAmount > 0) pay.modifyRailPayment(info.cdnRailId, 0, cdnAmount);
        if (cacheMissAmount > 0) pay.modifyRailPayment(info.cacheMissRailId, 0, cacheMissAmount);
    }

    /// @notice Ends the CDN of a data set and takes its flag away.
    function terminateCDNService(uint256 dataSetId) external onlyFilBeamController {
        if (!_dropCdnFlag(dataSetId)) revert FilBeamServiceNotConfigured(dataSetId);
        DataSetInfo storage info = dataSets[dataSetId];
        if (info.cdnRailId == 0 || info.cacheMissRailId == 0) revert InvalidDataSetId(dataSetId);
        _endCdnRails(dataSetId, info);
    }

    function transferFilBeamController(address newController) external onlyFilBeamController {
        if (newController == address(0)) revert ZeroAddress(6);
        emit FilBeamControllerChanged(filBeamControllerAddress, newController);
        filBeamControllerAddress = newController;
    }

    // -------------------------------------------------------------------------------------- what FilecoinPay asks and says

    /// @notice Lets a PDP rail be paid in full for the time it was proven at all; nothing where proving never began.
    function validatePayment(uint256 railId, uint256 proposedAmount, uint256, uint256 toEpoch, uint256)
        external
        view
        returns (ValidationResult memory)
    {
        uint256 dataSetId = railToDataSet[railId];
        if (dataSetId == 0) revert RailNotAssociated(railId);
        bool proving = provingActivationEpoch[dataSetId] != 0;
        return ValidationResult(proving ? proposedAmount : 0, toEpoch, proving ? "" : "Proving never activated");
    }

    function railTerminated(uint256 railId, address terminator, uint256 endEpoch) external {
        if (msg.sender != paymentsContractAddress) revert CallerNotPayments(paymentsContractAddress, msg.sender);
        if (terminator != address(this)) revert ServiceContractMustTerminateRail();
        uint256 dataSetId = railToDataSet[railId];
        if (dataSetId == 0) revert DataSetNotFoundForRail(railId);
        if (dataSets[dataSetId].pdpEndEpoch != 0) return;
        dataSets[dataSetId].pdpEndEpoch = endEpoch;
        emit PDPPaymentTerminated(dataSetId, endEpoch, railId);
    }

    // --------------------------------------------------------------------------------------------------------- reads

    function getServicePrice() external view returns (ServicePricing memory) {
        return ServicePricing(
            STORAGE_PRICE_PER_TIB_PER_MONTH,
            EGRESS_PRICE_PER_TIB,
            EGRESS_PRICE_PER_TIB,
            usdfcTokenAddress,
            EPOCHS_PER_MONTH,
            DATASET_FEE_PER_MONTH
        );
    }

    function getEffectiveRates() external pure returns (uint256 serviceFee, uint256 spPayment) {
        return (0, STORAGE_PRICE_PER_TIB_PER_MONTH);
    }

    /// @return the period since proving began, counted from 0; the largest number before that
    function getProvingPeriodForEpoch(uint256 dataSetId, uint256 epoch) public view returns (uint256) {
        uint256 activation = provingActivationEpoch[dataSetId];
        if (activation == 0 || epoch < activation) return type(uint256).max;
        return epoch == activation ? 0 : (epoch - activation - 1) / maxProvingPeriod;
    }

    /// @dev For the state view, as are the next four.
    function dataSetInfo(uint256 dataSetId) external view returns (DataSetInfo memory) {
        return dataSets[dataSetId];
    }

    function dataSetIdsOf(address payer) external view returns (uint256[] memory) {
        return dataSetsOf[payer];
    }

    function dataSetMetadata(uint256 dataSetId) external view returns (string[] memory, string[] memory) {
        return (keysOf[dataSetId], valuesOf[dataSetId]);
    }

    function pieceMetadata(uint256 dataSetId, uint256 pieceId)
        external
        view
        returns (string[] memory, string[] memory)
    {
        return (pieceKeysOf[dataSetId][pieceId], pieceValuesOf[dataSetId][pieceId]);
    }

    function approvedProviders() external view returns (uint256[] memory) {
        return approvedProviderIds;
    }

    // -------------------------------------------------------------------------------------------------------- inside

    function _registered(uint256 dataSetId) private view returns (DataSetInfo storage info) {
        info = dataSets[dataSetId];
        if (info.pdpRailId == 0) revert DataSetNotRegistered(dataSetId);
    }

    function _unterminated(uint256 dataSetId) private view returns (DataSetInfo storage info) {
        info = dataSets[dataSetId];
        if (info.pdpRailId == 0) revert InvalidDataSetId(dataSetId);
        if (info.pdpEndEpoch != 0) revert DataSetPaymentAlreadyTerminated(dataSetId);
    }

    function _checkNotBeyondEnd(uint256 dataSetId) private view {
        uint256 end = dataSets[dataSetId].pdpEndEpoch;
        if (end != 0 && block.number > end) revert DataSetPaymentBeyondEndEpoch(dataSetId, end, block.number);
    }

    function _spendNonce(address payer, uint256 nonce, uint256 mark) private {
        if (clientNonces[payer][nonce] != 0) revert ClientDataSetAlreadyRegistered(nonce);
        clientNonces[payer][nonce] = mark;
    }

    function _checkMetadata(uint256 dataSetId, string[] memory keys, string[] memory values, uint256 most)
        private
        pure
    {
        if (keys.length != values.length) revert MetadataKeyAndValueLengthMismatch(keys.length, values.length);
        if (keys.length > most) revert TooManyMetadataKeys(most, keys.length);
        for (uint256 i = 0; i < keys.length; i++) {
            uint256 keyLength = bytes(keys[i]).length;
            uint256 valueLength = bytes(values[i]).length;
            if (_indexOf(keys, keys[i]) != i) revert DuplicateMetadataKey(dataSetId, keys[i]);
            if (keyLength > MAX_KEY_LENGTH) revert MetadataKeyExceedsMaxLength(i, MAX_KEY_LENGTH, keyLength);
            if (valueLength > MAX_VALUE_LENGTH) revert MetadataValueExceedsMaxLength(i, MAX_VALUE_LENGTH, valueLength);
        }
    }

    /// @dev The first index of the word, or the list's length.
    function _indexOf(string[] memory words, string memory word) private pure returns (uint256 i) {
        bytes32 wanted = keccak256(bytes(word));
        while (i < words.length && keccak256(bytes(words[i])) != wanted) i++;
    }

    function _hasCdn(uint256 dataSetId) private view returns (bool) {
        string[] memory keys = keysOf[dataSetId];
        return _indexOf(keys, WITH_CDN) < keys.length;
    }

    function _dropCdnFlag(uint256 dataSetId) private returns (bool) {
        string[] storage keys = keysOf[dataSetId];
        string[] storage values = valuesOf[dataSetId];
        uint256 found = _indexOf(keys, WITH_CDN);
        if (found == keys.length) return false;
        keys[found] = keys[keys.length - 1];
        values[found] = values[values.length - 1];
        keys.pop();
        values.pop();
        return true;
    }

    function _openRails(uint256 dataSetId, DataSetInfo storage info, bool withCdn) private {
        _checkPayer(info.payer, withCdn);
        info.pdpRailId = _openRail(info.payer, info.payee, address(this), PDP_LOCKUP_PERIOD, 0);
        railToDataSet[info.pdpRailId] = dataSetId;
        if (!withCdn) return;
        info.cacheMissRailId = _openRail(info.payer, info.payee, address(0), CDN_LOCKUP_PERIOD, CACHE_MISS_LOCKUP);
        info.cdnRailId =
            _openRail(info.payer, filBeamBeneficiaryAddress, address(0), CDN_LOCKUP_PERIOD, CDN_LOCKUP);
        emit CDNPaymentRailsToppedUp(dataSetId, CDN_LOCKUP, CDN_LOCKUP, CACHE_MISS_LOCKUP, CACHE_MISS_LOCKUP);
    }

    function _openRail(address payer, address payee, address validator, uint256 period, uint256 lockup)
        private
        returns (uint256 railId)
    {
        railId = pay.createRail(usdfcTokenAddress, payer, payee, validator, 0, address(this));
        pay.modifyRailLockup(railId, period, lockup);
    }

    /// @dev Before any rail is opened: a month of the data set's fee and the CDN's lockups must be there and allowed.
    function _checkPayer(address payer, bool withCdn) private view {
        uint256 needed = (DATASET_FEE_PER_MONTH * PDP_LOCKUP_PERIOD) / EPOCHS_PER_MONTH;
        if (withCdn) needed += CDN_LOCKUP + CACHE_MISS_LOCKUP;
        (,, uint256 available,) = pay.getAccountInfoIfSettled(usdfcTokenAddress, payer);
        if (available < needed) revert InsufficientLockupFunds(payer, needed, available);

        (bool approved, uint256 rateAllowance, uint256 lockupAllowance, uint256 rateUsage, uint256 lockupUsage, uint256 longest)
        = pay.operatorApprovals(usdfcTokenAddress, payer, address(this));
        uint256 fee = DATASET_FEE_PER_MONTH / EPOCHS_PER_MONTH;
        if (!approved) revert OperatorNotApproved(payer, address(this));
        if (rateAllowance < rateUsage + fee) {
            revert InsufficientRateAllowance(payer, address(this), rateAllowance, rateUsage, fee);
        }
        if (lockupAllowance < lockupUsage + needed) {
            revert InsufficientLockupAllowance(payer, address(this), lockupAllowance, lockupUsage, needed);
        }
        if (longest < PDP_LOCKUP_PERIOD) {
            revert InsufficientMaxLockupPeriod(payer, address(this), longest, PDP_LOCKUP_PERIOD);
        }
    }

    /// @dev A data set pays a monthly fee and by raw size, which is 127/128 of its leaves' bytes; an empty one pays nothing.
    function _updateRate(uint256 dataSetId, DataSetInfo storage info, uint256 leafCount) private {
        uint256 rate = 0;
        if (leafCount > 0) {
            uint256 rawSize = (leafCount * 32 * 127) / 128;
            rate = (rawSize * STORAGE_PRICE_PER_TIB_PER_MONTH) / (TIB * EPOCHS_PER_MONTH)
                + DATASET_FEE_PER_MONTH / EPOCHS_PER_MONTH;
        }
        pay.modifyRailPayment(info.pdpRailId, rate, 0);
        emit RailRateUpdated(dataSetId, info.pdpRailId, rate);
    }

    function _forgetRemovedPieces(uint256 dataSetId) private returns (bool any) {
        uint256[] storage removed = scheduledRemovals[dataSetId];
        any = removed.length > 0;
        for (uint256 i = 0; i < removed.length; i++) {
            delete pieceKeysOf[dataSetId][removed[i]];
            delete pieceValuesOf[dataSetId][removed[i]];
        }
        delete scheduledRemovals[dataSetId];
    }

    function _terminateService(uint256 dataSetId, DataSetInfo storage info, address approver) private {
        pay.terminateRail(info.pdpRailId);
        emit ServiceTerminated(approver, dataSetId, info.pdpRailId, info.cacheMissRailId, info.cdnRailId);
    }

    /// @dev Best effort, rail by rail: either may have been ended by its payer before.
    function _endCdnRails(uint256 dataSetId, DataSetInfo storage info) private {
        try pay.terminateRail(info.cacheMissRailId) {} catch {}
        try pay.terminateRail(info.cdnRailId) {} catch {}
        emit CDNServiceTerminated(msg.sender, dataSetId, info.cacheMissRailId, info.cdnRailId);
    }

    /// @dev A data set that never began proving is judged by the verifier alone.
    function _checkAbandoned(uint256 dataSetId) private view {
        if (provingActivationEpoch[dataSetId] == 0) return;
        PDPVerifier verifier = PDPVerifier(pdpVerifierAddress);
        uint256 required = verifier.getDataSetLastProvenEpoch(dataSetId) + verifier.INACTIVITY_WINDOW();
        if (block.number <= required) revert DataSetNotAbandoned(dataSetId, required, block.number);
    }

    /// @dev Pays the provider what is due, then ends all rails; the CDN rails' lockup goes back to the payer at once.
    function _abandonRails(uint256 dataSetId, DataSetInfo storage info) private {
        uint256 pdpRailId = info.pdpRailId;
        pay.settleRail(pdpRailId, block.number);
        try pay.modifyRailLockup(pdpRailId, 0, 0) {} catch {} // an underfunded payer keeps the period
        if (info.cdnRailId != 0) {
            _tearDown(info.cacheMissRailId);
            _tearDown(info.cdnRailId);
            emit CDNServiceTerminated(msg.sender, dataSetId, info.cacheMissRailId, info.cdnRailId);
        }
        delete provingActivationEpoch[dataSetId];
        pay.terminateRail(pdpRailId);
        pay.settleRail(pdpRailId, block.number);
        emit DataSetAbandoned(dataSetId, pdpRailId, info.cacheMissRailId, info.cdnRailId);
    }

    function _tearDown(uint256 railId) private {
        try pay.modifyRailLockup(railId, 0, 0) {} catch {}
        try pay.terminateRail(railId) {} catch {}
        try pay.settleRail(railId, block.number) {} catch {}
    }

    /// @dev A finalised rail no longer answers, and counts as settled.
    function _checkSettled(uint256 railId) private view {
        try pay.getRail(railId) returns (FilecoinPay.RailView memory rail) {
            if (rail.settledUpTo < rail.endEpoch) {
                revert RailNotFullySettled(railId, rail.settledUpTo, rail.endEpoch);
            }
        } catch {}
    }

    function _erase(uint256 dataSetId, DataSetInfo storage info) private {
        uint256[] storage ids = dataSetsOf[info.payer];
        for (uint256 i = 0; i < ids.length; i++) {
            if (ids[i] != dataSetId) continue;
            ids[i] = ids[ids.length - 1];
            ids.pop();
            break;
        }
        delete railToDataSet[info.pdpRailId];
        delete provingDeadline[dataSetId];
        delete provingActivationEpoch[dataSetId];
        delete provenThisPeriod[dataSetId];
        delete keysOf[dataSetId];
        delete valuesOf[dataSetId];
        _forgetRemovedPieces(dataSetId);
        delete dataSets[dataSetId];
    }
}

